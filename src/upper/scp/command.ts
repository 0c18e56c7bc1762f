/** The command that starts the remote half of scp. */

/** What the remote half does. */
export interface ScpCommand {
  /** `-t`: it takes files; else, with `-f`, it sends them. */
  readonly receives: boolean;
  /** The path behind the options, as it stands in the command. */
  readonly path: string;
}

/** The last word before the options is scp, with or without a folder; before it may stand anything that runs a program. */
const SCP = /(?:^|[\s/;&|"'])scp["']?((?:\s+-[A-Za-z0-9]+)+)(?:\s+--)?(?:\s+(.*))?$/s;

/** What `command` starts; undefined when it is no remote half of scp. */
export function scpCommand(command: string): ScpCommand | undefined {
  const [, options = '', path = ''] = SCP.exec(command) ?? [];
  const letters = options.split(/\s+-/).join('');
  if (letters.includes('t')) return { receives: true, path };
  return letters.includes('f') ? { receives: false, path } : undefined;
}

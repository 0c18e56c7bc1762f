/** Channel requests by type (RFC 4254 sections 6 and 6.10, RFC 4335, openssh PROTOCOL section 2). */
import { boolean, box, described, struct, text, uint32 } from '../../wire/codec.ts';
import { joined, plain, quoted } from '../words.ts';
import { nothingMore, type Specific, tableOf } from './specific.ts';
import { terminalModes } from './terminal-modes.ts';
import { languageTag } from './transport.ts';

/** RFC 4254 section 6.10, without the `SIG` that POSIX puts in front; others carry a name with an @. */
const signalName = described(text, 'The signal, without SIG: HUP, INT, TERM, KILL, …');

const dimensions = {
  widthCharacters: described(uint32, 'Columns of the terminal.'),
  heightRows: described(uint32, 'Rows of the terminal.'),
  widthPixels: described(uint32, 'Width of the drawable area in pixels; 0 when it does not matter.'),
  heightPixels: described(uint32, 'Height of the drawable area in pixels; 0 when it does not matter.'),
};

const screen = (v: { widthCharacters?: unknown; heightRows?: unknown }) => `${String(v.widthCharacters ?? '?')}x${String(v.heightRows ?? '?')}`;

const bare = (name: string, rfc: string, note: string): Specific => ({ name, rfc, note, body: nothingMore });

/** All channel requests that are known. */
export const CHANNEL_REQUESTS: readonly Specific[] = [
  {
    name: 'pty-req',
    rfc: '4254#6.2',
    note: 'Asks for a terminal.',
    body: struct({
      term: described(text, 'Kind of terminal: value of the environment variable TERM.'),
      ...dimensions,
      terminalModes: described(box(terminalModes), 'How the terminal treats what is typed and printed.'),
    }),
    words: (v) => joined(plain(v?.term, 48), screen(v ?? {}), `${Array.isArray(v?.terminalModes) ? v.terminalModes.length : 0} modes`),
  },
  {
    name: 'x11-req',
    rfc: '4254#6.3.1',
    note: 'Asks that programs on the server can open windows on the display of the client.',
    body: struct({
      singleConnection: described(boolean, 'Only one window connection, not any number.'),
      x11AuthenticationProtocol: described(text, 'How such a connection is authenticated, mostly MIT-MAGIC-COOKIE-1.'),
      x11AuthenticationCookie: described(text, 'The cookie for that, in hex; good clients send a false one and exchange it.'),
      x11ScreenNumber: described(uint32, 'Screen of the display.'),
    }),
    words: (v) =>
      joined(plain(v?.x11AuthenticationProtocol, 48), `screen ${String(v?.x11ScreenNumber ?? '?')}`, v?.singleConnection === true && 'single connection'),
  },
  {
    name: 'env',
    rfc: '4254#6.4',
    note: 'Sets an environment variable for what is started later.',
    body: struct({ variableName: described(text, 'Name of the variable.'), variableValue: described(text, 'Its value.') }),
    words: (v) => `${plain(v?.variableName, 48)}=${quoted(v?.variableValue, 64)}`,
  },
  bare('shell', '4254#6.5', "Starts the user's shell."),
  {
    name: 'exec',
    rfc: '4254#6.5',
    note: 'Runs a command.',
    body: struct({ command: described(text, 'The command.') }),
    words: (v) => quoted(v?.command, 120),
  },
  {
    name: 'subsystem',
    rfc: '4254#6.5',
    note: 'Starts a predefined service, in practice SFTP.',
    body: struct({ subsystemName: described(text, 'Name of the subsystem.') }),
    words: (v) => quoted(v?.subsystemName),
  },
  {
    name: 'window-change',
    rfc: '4254#6.7',
    note: "The client's window has another size now.",
    body: struct(dimensions),
    words: (v) => screen(v ?? {}),
  },
  {
    name: 'xon-xoff',
    rfc: '4254#6.8',
    note: 'Tells whether the client may stop and start output by itself, with ^S and ^Q.',
    body: struct({ clientCanDo: described(boolean, 'Whether it may.') }),
    words: (v) => (v?.clientCanDo === true ? 'client can do' : 'client cannot do'),
  },
  {
    name: 'signal',
    rfc: '4254#6.9',
    note: 'Sends a signal to what runs on the channel.',
    body: struct({ signalName }),
    words: (v) => plain(v?.signalName, 48),
  },
  {
    name: 'exit-status',
    rfc: '4254#6.10',
    note: 'What ran on the channel ended by itself.',
    body: struct({ exitStatus: described(uint32, 'Its exit status; 0 mostly means success.') }),
    words: (v) => String(v?.exitStatus ?? '?'),
  },
  {
    name: 'exit-signal',
    rfc: '4254#6.10',
    note: 'What ran on the channel was ended by a signal.',
    body: struct({
      signalName,
      coreDumped: described(boolean, 'Whether a core file was written.'),
      errorMessage: described(text, 'The end in words.'),
      languageTag,
    }),
    words: (v) => joined(plain(v?.signalName, 48), v?.coreDumped === true && 'core dumped', v?.errorMessage !== '' && quoted(v?.errorMessage)),
  },
  {
    name: 'break',
    rfc: '4335#3',
    note: 'Sends a BREAK, for serial consoles.',
    body: struct({ breakLength: described(uint32, 'How long, in milliseconds; 0 for what is usual.') }),
    words: (v) => `${String(v?.breakLength ?? '?')} ms`,
  },
  bare('eow@openssh.com', 'openssh:PROTOCOL#2.1', 'The sender takes no more data, while it still sends: nobody reads the output any more.'),
  bare('auth-agent-req@openssh.com', 'openssh:PROTOCOL.agent', "Asks that programs on the server can use the client's key agent."),
  bare('auth-agent-req', 'draft-ietf-secsh-agent', 'The same as auth-agent-req@openssh.com, in the spelling of other programs.'),
  bare('agent-req', '9987', 'The same as auth-agent-req@openssh.com, by its standard name.'),
  bare('keepalive@openssh.com', 'openssh:PROTOCOL#2', 'Asks nothing: any answer, mostly a failure, shows that the peer is alive.'),
  bare('simple@putty.projects.tartarus.org', 'putty:ssh2connection', 'This is the only channel that the client will open, so its window need not be shared.'),
  bare('winadj@putty.projects.tartarus.org', 'putty:ssh2connection', 'Asks nothing: the failure that answers it tells how long data is under way.'),
];

const byName = tableOf(CHANNEL_REQUESTS);

/** The channel request of type `name`. */
export function channelRequest(name: string): Specific | undefined {
  return byName.get(name);
}

/** Commands whose name says what goes over their channel: rsync and git. */
import type { ChannelKind } from '../ssh/connection/handler.ts';
import { StreamHandler } from './forward.ts';
import type { Protocol } from './protocol.ts';

/** Characters of a command that are looked at. */
const LONGEST = 4096;

/** The words of a command as a shell takes it apart: quotes of both kinds, a backslash before a character. */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (const [word] of command.slice(0, LONGEST).matchAll(/(?:'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|[^\s'"\\])+/gs))
    words.push(
      word.replace(/'([^']*)'?|"((?:\\.|[^"\\])*)"?|\\(.)/gs, (_, single, double, one) => single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? one ?? ''),
    );
  return words;
}

/** The file name at the end of a path. */
function nameOf(path: string | undefined): string {
  return path?.slice(path.lastIndexOf('/') + 1) ?? '';
}

/** What a git command serves: `git-upload-pack 'x.git'`, also written `git upload-pack`. */
function gitDetail(command: string): string | undefined {
  const [first, ...rest] = wordsOf(command);
  const program = nameOf(first) === 'git' ? `git-${rest.shift() ?? ''}` : nameOf(first);
  const action = { 'git-upload-pack': 'fetch from', 'git-receive-pack': 'push to', 'git-upload-archive': 'archive of' }[program];
  const repository = rest.find((word) => !word.startsWith('-'));
  return action === undefined ? undefined : `${action} ${repository ?? '?'}`;
}

/** What an rsync server does: `rsync --server --sender -logDtpre.iLsfxC . dir/` sends its files to the client. */
function rsyncDetail(command: string): string | undefined {
  const words = wordsOf(command);
  const at = words.findIndex((word) => nameOf(word) === 'rsync');
  if (at < 0 || at > 2 || words[at + 1] !== '--server') return undefined;
  // Behind the options stands a dot for the current folder, then the paths.
  const dot = words.indexOf('.', at);
  const paths = dot < 0 ? [] : words.slice(dot + 1);
  return `${words.includes('--sender') ? 'download from' : 'upload to'} ${paths.join(' ') || '.'}`;
}

function byCommand(name: string, detail: (command: string) => string | undefined): Protocol {
  const of = (kind: ChannelKind) => (kind.started === 'exec' ? detail(kind.name) : undefined);
  return {
    name,
    carries: (kind) => of(kind) !== undefined,
    follow: (place) => new StreamHandler(place, name, of(place.kind)?.slice(0, 400)),
  };
}

export const git: Protocol = byCommand('git', gitDetail);
export const rsync: Protocol = byCommand('rsync', rsyncDetail);

/** Requests of the client (draft-ietf-secsh-filexfer-02 section 6; what versions 4 to 6 changed, -04, -05 and -13). */
import { toHex } from '../../bytes/hex.ts';
import { bitNames, bitset } from '../../ssh/extend.ts';
import { type MessageDef, message } from '../../ssh/message.ts';
import { joined, quoted, size } from '../../ssh/words.ts';
import { boolean, type Codec, described, named, optional, repeat, string, struct, text, uint8, uint32, uint64 } from '../../wire/codec.ts';
import { accessMask, attributesOf, type Version } from './attributes.ts';
import { extendedRequest } from './extensions.ts';
import { listing } from './listing.ts';
import { DISPOSITIONS, OPEN_FLAGS, OPEN_FLAGS_5, openMode, openText } from './open.ts';
import { initialisation } from './version.ts';

const DRAFT = 'draft-ietf-secsh-filexfer';

export const requestId = described(uint32, 'Number of the request, which its answer repeats.');
const handle = described(string, 'What the server gave when the file was opened.');
const path = described(text, 'Name of the file; without a leading / it counts from the home directory.');
const offset = described(uint64, 'Where in the file, bytes from its beginning.');

/** The path behind a handle when it is known, else the handle. */
export function target(v: { readonly handle?: unknown }, known: string | undefined): string {
  if (known !== undefined) return quoted(known);
  return v.handle instanceof Uint8Array ? `handle ${toHex(v.handle.subarray(0, 16))}` : '?';
}

const flags5: Codec<number> = {
  ...uint32,
  label: (v) => joined(DISPOSITIONS[v & 7] ?? `disposition ${v & 7}`, bitNames((v & ~7) >>> 0, OPEN_FLAGS_5)),
};

function open(version: Version): MessageDef {
  const mode =
    version < 5
      ? { pflags: described(bitset(uint32, OPEN_FLAGS), 'How it is opened.') }
      : { desiredAccess: described(accessMask, 'What will be done with it.'), flags: described(flags5, 'How it is opened.') };
  return message(
    3,
    'SSH_FXP_OPEN',
    version < 5 ? `${DRAFT}-02#6.3` : `${DRAFT}-13#8.1.1`,
    'Opens a file, or makes one.',
    struct({ id: requestId, filename: path, ...mode, attrs: attributesOf(version) }) as Codec<Readonly<Record<string, unknown>>>,
    (v) => `${quoted(v.filename)} ${openText(openMode(version, v))}`,
  );
}

/** A request about one path. */
const ofPath = (number: number, name: string, section: string, note: string) =>
  message(number, name, `${DRAFT}-02#${section}`, note, struct({ id: requestId, path }), (v) => quoted(v.path));

/** A request about one open file. */
const ofHandle = (number: number, name: string, section: string, note: string) =>
  message(number, name, `${DRAFT}-02#${section}`, note, struct({ id: requestId, handle }), target);

function asksAttributes(version: Version): MessageDef[] {
  const wanted = version < 4 ? {} : { flags: described(optional(uint32), 'Attributes that the client is interested in.') };
  const byPath = struct({ id: requestId, path, ...wanted });
  const section = `${DRAFT}-02#6.8`;
  return [
    message(7, 'SSH_FXP_LSTAT', section, 'Asks for the attributes of a file; of a link for its own.', byPath, (v) => quoted(v.path)),
    message(8, 'SSH_FXP_FSTAT', section, 'Asks for the attributes of an open file.', struct({ id: requestId, handle, ...wanted }), target),
    message(17, 'SSH_FXP_STAT', section, 'Asks for the attributes of a file; of a link for those of what it points to.', byPath, (v) => quoted(v.path)),
  ];
}

function setsAttributes(version: Version): MessageDef[] {
  const attrs = attributesOf(version);
  const withPath = struct({ id: requestId, path, attrs });
  return [
    message(9, 'SSH_FXP_SETSTAT', `${DRAFT}-02#6.9`, 'Sets attributes of a file.', withPath, (v) => `${quoted(v.path)} to ${listing(v.attrs)}`),
    message(
      10,
      'SSH_FXP_FSETSTAT',
      `${DRAFT}-02#6.9`,
      'Sets attributes of an open file.',
      struct({ id: requestId, handle, attrs }),
      (v, known) => `${target(v, known)} to ${listing(v.attrs)}`,
    ),
    message(14, 'SSH_FXP_MKDIR', `${DRAFT}-02#6.6`, 'Makes a directory.', withPath, (v) => quoted(v.path)),
  ];
}

const moves = [
  message(
    5,
    'SSH_FXP_READ',
    `${DRAFT}-02#6.4`,
    'Asks for bytes of an open file.',
    struct({ id: requestId, handle, offset, length: described(uint32, 'Bytes wanted, at most.') }),
    (v, known) => `${target(v, known)}, ${v.length ?? '?'} bytes at ${v.offset ?? '?'}`,
  ),
  message(
    6,
    'SSH_FXP_WRITE',
    `${DRAFT}-02#6.4`,
    'Writes bytes to an open file.',
    struct({ id: requestId, handle, offset, data: described(string, 'The bytes.') }),
    (v, known) => `${target(v, known)}, ${size(v.data)} at ${v.offset ?? '?'}`,
  ),
];

const RENAME_FLAGS = { 0: 'SSH_FXF_RENAME_OVERWRITE', 1: 'SSH_FXF_RENAME_ATOMIC', 2: 'SSH_FXF_RENAME_NATIVE' };

function rename(version: Version): MessageDef {
  const how = version < 5 ? {} : { flags: described(optional(bitset(uint32, RENAME_FLAGS)), 'Whether a file of the new name may be there.') };
  const names = { oldpath: described(text, 'Name that the file has.'), newpath: described(text, 'Name that it gets.') };
  const section = version < 5 ? `${DRAFT}-02#6.5` : `${DRAFT}-13#8.3`;
  return message(18, 'SSH_FXP_RENAME', section, 'Gives a file another name.', struct({ id: requestId, ...names, ...how }), (v) => {
    return `${quoted(v.oldpath)} to ${quoted(v.newpath)}`;
  });
}

const REALPATH_CHECKS = { 1: 'SSH_FXP_REALPATH_NO_CHECK', 2: 'SSH_FXP_REALPATH_STAT_IF', 3: 'SSH_FXP_REALPATH_STAT_ALWAYS' };

function realpath(version: Version): MessageDef {
  const more = {
    controlByte: described(optional(named(uint8, REALPATH_CHECKS)), 'Whether the file must be there.'),
    composePath: described(repeat(text), 'Paths that are added one after the other.'),
  };
  const section = version < 6 ? `${DRAFT}-02#6.11` : `${DRAFT}-13#8.9`;
  const body = struct({ id: requestId, path, ...(version < 6 ? {} : more) });
  return message(16, 'SSH_FXP_REALPATH', section, 'Asks for the absolute form of a path.', body, (v) => quoted(v.path));
}

const linkpath = described(text, 'Name of the link.');
const targetpath = described(text, 'What it points to.');
const linkWords = (v: { readonly linkpath?: string | undefined; readonly targetpath?: string | undefined }) =>
  `${quoted(v.linkpath)} pointing to ${quoted(v.targetpath)}`;
const SYMLINK_NOTE = 'Makes a symbolic link.';

/** OpenSSH has the two paths the wrong way round, and those who talk to it follow (OpenSSH PROTOCOL section 4.1). */
const symlink = (reversed: boolean) =>
  reversed
    ? message(20, 'SSH_FXP_SYMLINK', 'openssh:PROTOCOL#4.1', SYMLINK_NOTE, struct({ id: requestId, targetpath, linkpath }), linkWords)
    : message(20, 'SSH_FXP_SYMLINK', `${DRAFT}-02#6.10`, SYMLINK_NOTE, struct({ id: requestId, linkpath, targetpath }), linkWords);

const range = { id: requestId, handle, offset, length: described(uint64, 'Bytes of the range; 0 stands for all up to the end.') };
const LOCKS = { 6: 'SSH_FXF_BLOCK_READ', 7: 'SSH_FXF_BLOCK_WRITE', 8: 'SSH_FXF_BLOCK_DELETE', 9: 'SSH_FXF_BLOCK_ADVISORY' };
const rangeWords = (v: { readonly handle?: unknown; readonly offset?: unknown; readonly length?: unknown }, known: string | undefined) =>
  `${target(v, known)}, ${v.length ?? '?'} bytes at ${v.offset ?? '?'}`;

/** Requests that only version 6 has. */
const only6: readonly MessageDef[] = [
  message(
    21,
    'SSH_FXP_LINK',
    `${DRAFT}-13#8.7`,
    'Makes a link.',
    struct({ id: requestId, linkpath, targetpath, symLink: described(boolean, 'A symbolic link; else another name of the same file.') }),
    (v) => `${v.symLink === false ? 'hard ' : ''}${linkWords(v)}`,
  ),
  message(
    22,
    'SSH_FXP_BLOCK',
    `${DRAFT}-13#8.8.1`,
    'Locks a range of an open file.',
    struct({ ...range, lockMask: described(bitset(uint32, LOCKS), 'What others may not do.') }),
    rangeWords,
  ),
  message(23, 'SSH_FXP_UNBLOCK', `${DRAFT}-13#8.8.2`, 'Lets go of a range that was locked.', struct(range), rangeWords),
];

/** All requests of `version`. With `reversed` the paths of SYMLINK stand as OpenSSH has them. */
export function requestsOf(version: Version, reversed: boolean): readonly MessageDef[] {
  return [
    message(1, 'SSH_FXP_INIT', `${DRAFT}-02#4`, 'The client says the highest version that it speaks.', initialisation, (v) => `version ${v.version ?? '?'}`),
    open(version),
    ofHandle(4, 'SSH_FXP_CLOSE', '6.3', 'Closes a file or directory.'),
    ...moves,
    ...asksAttributes(version),
    ...setsAttributes(version),
    ofPath(11, 'SSH_FXP_OPENDIR', '6.7', 'Opens a directory, to list it.'),
    ofHandle(12, 'SSH_FXP_READDIR', '6.7', 'Asks for more names in a directory.'),
    ofPath(13, 'SSH_FXP_REMOVE', '6.5', 'Removes a file.'),
    ofPath(15, 'SSH_FXP_RMDIR', '6.6', 'Removes an empty directory.'),
    realpath(version),
    rename(version),
    ofPath(19, 'SSH_FXP_READLINK', '6.10', 'Asks what a symbolic link points to.'),
    ...(version < 6 ? [symlink(reversed)] : only6),
    extendedRequest(version),
  ];
}

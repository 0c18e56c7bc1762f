/** Extended requests and their answers: those of OpenSSH (PROTOCOL section 4), of the drafts, and of other vendors. */
import { toHex } from '../../bytes/hex.ts';
import { extend } from '../../ssh/extend.ts';
import { type MessageDef, message } from '../../ssh/message.ts';
import { type Specific, type SpecificValue, tableOf, unknownKind } from '../../ssh/messages/specific.ts';
import { joined, plain, quoted } from '../../ssh/words.ts';
import { boolean, box, type Codec, described, repeat, rest, string, struct, text, uint32, uint64 } from '../../wire/codec.ts';
import { type Attributes, attributesOf, type Version } from './attributes.ts';
import { listing } from './listing.ts';

/** An extended request; `reply` is what an SSH_FXP_EXTENDED_REPLY to it holds, when one is the answer. */
export interface Extension extends Specific {
  readonly reply?: Codec<object>;
  replyWords?(value: SpecificValue): string;
}

const path = described(text, 'Name of the file.');
const handle = described(string, 'An open file.');
const paths = (from: string, to: string) => struct({ oldpath: described(text, from), newpath: described(text, to) });
const fromTo = (v: SpecificValue) => `${quoted(v.oldpath)} to ${quoted(v.newpath)}`;
const ofPath = { body: struct({ path }), words: (v: SpecificValue) => quoted(v.path) };
const ofHandle = {
  body: struct({ handle }),
  words: (v: SpecificValue) => (v.handle instanceof Uint8Array ? `handle ${toHex(v.handle.subarray(0, 16))}` : '?'),
};
const amount = (doc: string) => described(uint64, doc);

const fileSystem = {
  reply: struct({
    bsize: amount('Size of a block of the file system, bytes.'),
    frsize: amount('Size of a fundamental block, bytes.'),
    blocks: amount('Fundamental blocks.'),
    bfree: amount('Free ones.'),
    bavail: amount('Those that are free for others than root.'),
    files: amount('Inodes.'),
    ffree: amount('Free ones.'),
    favail: amount('Those that are free for others than root.'),
    fsid: amount('Identifier of the file system.'),
    flag: amount('Bit 0: read only; bit 1: no setuid.'),
    namemax: amount('Longest name, bytes.'),
  }),
  replyWords: (v: SpecificValue) => `${v.bavail ?? '?'} of ${v.blocks ?? '?'} blocks of ${v.frsize ?? '?'} bytes are free`,
};

const range = { startOffset: amount('First byte.'), length: amount('Bytes; 0 stands for all up to the end.') };

const hashed = {
  reply: struct({
    extension: described(text, 'Name of the extension.'),
    hashAlgorithm: described(text, 'The hash that was taken.'),
    data: described(rest, 'The hash of each block.'),
  }),
  replyWords: (v: SpecificValue) => plain(v.hashAlgorithm, 40),
};

/** Requests of check-file: the file, the hashes that the client knows in its order, the range, and the size of a block. */
const checked = <S extends Record<string, Codec<string> | Codec<Uint8Array>>>(what: S) =>
  struct({
    ...what,
    hashAlgorithms: described(text, 'Hashes that the client knows.'),
    ...range,
    blockSize: described(uint32, 'Bytes of a block; 0 for one hash of all.'),
  }) as Codec<object>;

const quick = { ...range, quickCheckHash: described(string, 'The hash of the first 2048 bytes as the client knows them.') };
const md5 = {
  reply: struct({ extension: described(text, 'Name of the extension.'), hash: described(string, 'The hash; empty when the first bytes differ.') }),
  replyWords: (v: SpecificValue) => (v.hash instanceof Uint8Array ? toHex(v.hash.subarray(0, 16)) : '?'),
};

const OPENSSH = (section: string) => `openssh:PROTOCOL#4.${section}`;
const FILES_5 = 'draft-ietf-secsh-filexfer-05#8.1';
const FILES_13 = 'draft-ietf-secsh-filexfer-13';
const EXTENSIONS_00 = 'draft-ietf-secsh-filexfer-extensions-00';

const ROWS: readonly Extension[] = [
  {
    name: 'posix-rename@openssh.com',
    rfc: OPENSSH('3'),
    note: 'Gives a file another name, in place of one that has it.',
    body: paths('Name that it has.', 'Name that it gets.'),
    words: fromTo,
  },
  { name: 'statvfs@openssh.com', rfc: OPENSSH('4'), note: 'Asks about the file system that a file is on.', ...ofPath, ...fileSystem },
  { name: 'fstatvfs@openssh.com', rfc: OPENSSH('4'), note: 'Asks about the file system that an open file is on.', ...ofHandle, ...fileSystem },
  {
    name: 'hardlink@openssh.com',
    rfc: OPENSSH('5'),
    note: 'Gives a file another name beside the one it has.',
    body: paths('Name that it has.', 'Name that it gets too.'),
    words: fromTo,
  },
  { name: 'fsync@openssh.com', rfc: OPENSSH('6'), note: 'Asks for what was written to be on the disk.', ...ofHandle },
  {
    name: 'limits@openssh.com',
    rfc: OPENSSH('8'),
    note: 'Asks how much the server takes at a time.',
    body: struct({}),
    reply: struct({
      maxPacketLength: amount('Bytes of one message; 0 for no limit.'),
      maxReadLength: amount('Bytes of one READ.'),
      maxWriteLength: amount('Bytes of one WRITE.'),
      maxOpenHandles: amount('Files open at one time.'),
    }),
    replyWords: (v) => `messages of ${v.maxPacketLength ?? '?'} bytes, reads of ${v.maxReadLength ?? '?'}, writes of ${v.maxWriteLength ?? '?'}`,
  },
  { name: 'expand-path@openssh.com', rfc: OPENSSH('9'), note: 'Asks for the absolute form of a path, which may begin with ~.', ...ofPath },
  {
    name: 'copy-data',
    rfc: OPENSSH('10'),
    note: 'Copies bytes from one open file to another on the server.',
    body: struct({
      readFromHandle: described(string, 'The file to copy from.'),
      readFromOffset: amount('Where to begin in it.'),
      readDataLength: amount('Bytes; 0 stands for all up to the end.'),
      writeToHandle: described(string, 'The file to copy to.'),
      writeToOffset: amount('Where to begin in it.'),
    }),
    words: (v) => `${v.readDataLength ?? '?'} bytes from ${v.readFromOffset ?? '?'} to ${v.writeToOffset ?? '?'}`,
  },
  {
    name: 'home-directory',
    rfc: OPENSSH('11'),
    note: 'Asks for the home directory of a user.',
    body: struct({ username: described(text, 'The user; nobody for the one who is logged in.') }),
    words: (v) => quoted(v.username),
  },
  {
    name: 'users-groups-by-id@openssh.com',
    rfc: OPENSSH('12'),
    note: 'Asks for the names of users and groups.',
    body: struct({ uids: described(box(repeat(uint32)), 'Numbers of users.'), gids: described(box(repeat(uint32)), 'Numbers of groups.') }),
    words: (v) => joined(numbers('uid', v.uids), numbers('gid', v.gids)),
    reply: struct({
      usernames: described(box(repeat(text)), 'Their names, empty where there is none.'),
      groupnames: described(box(repeat(text)), 'Likewise.'),
    }),
    replyWords: (v) => joined(names(v.usernames), names(v.groupnames)),
  },
  { name: 'check-file', rfc: EXTENSIONS_00, note: 'Asks for hashes of an open file.', body: checked({ handle }), ...hashed },
  { name: 'check-file-handle', rfc: EXTENSIONS_00, note: 'Asks for hashes of an open file.', body: checked({ handle }), ...hashed },
  { name: 'check-file-name', rfc: EXTENSIONS_00, note: 'Asks for hashes of a file.', body: checked({ path }), words: ofPath.words, ...hashed },
  { name: 'md5-hash', rfc: FILES_5, note: 'Asks for the MD5 of a file.', body: struct({ path, ...quick }), words: ofPath.words, ...md5 },
  { name: 'md5-hash-handle', rfc: FILES_5, note: 'Asks for the MD5 of an open file.', body: struct({ handle, ...quick }), words: ofHandle.words, ...md5 },
  {
    name: 'space-available',
    rfc: EXTENSIONS_00,
    note: 'Asks how much room there is.',
    ...ofPath,
    reply: struct({
      bytesOnDevice: amount('Bytes of the whole device.'),
      unusedBytesOnDevice: amount('Those of them that are free.'),
      bytesAvailableToUser: amount('Bytes that the user may use.'),
      unusedBytesAvailableToUser: amount('Those of them that are free.'),
      bytesPerAllocationUnit: described(uint32, 'Bytes of a block.'),
    }),
    replyWords: (v) => `${v.unusedBytesAvailableToUser ?? '?'} bytes are free`,
  },
  {
    name: 'copy-file',
    rfc: EXTENSIONS_00,
    note: 'Copies a file on the server.',
    body: struct({
      oldpath: described(text, 'The file to copy.'),
      newpath: described(text, 'Name of the copy.'),
      overwrite: described(boolean, 'Whether a file of that name is replaced.'),
    }),
    words: fromTo,
  },
  {
    name: 'text-seek',
    rfc: `${FILES_13}#8.2`,
    note: 'Goes to a line of a text.',
    body: struct({ handle, lineNumber: amount('The line, from 0.') }),
    words: (v) => `line ${v.lineNumber ?? '?'}`,
  },
  {
    name: 'version-select',
    rfc: `${FILES_13}#5.5`,
    note: 'Takes another version of those that the server offered.',
    body: struct({ version: described(text, 'The version from here on.') }),
    words: (v) => plain(v.version, 40),
  },
];

function numbers(what: string, list: unknown): string {
  return Array.isArray(list) && list.length > 0 ? `${what} ${list.slice(0, 8).join(' ')}` : '';
}

function names(list: unknown): string {
  return Array.isArray(list)
    ? list
        .slice(0, 8)
        .map((name) => plain(name, 32))
        .join(' ')
    : '';
}

/** lsetstat@openssh.com has attributes, which each version writes in its own way. */
function lsetstat(version: Version): Extension {
  return {
    name: 'lsetstat@openssh.com',
    rfc: OPENSSH('7'),
    note: 'Sets attributes of a file; of a link its own.',
    body: struct({ path, attrs: attributesOf(version) }),
    words: (v) => `${quoted(v.path)} to ${listing(v.attrs as Attributes | undefined)}`,
  };
}

const TABLES = new Map(([3, 4, 5, 6] as const).map((version) => [version, tableOf([...ROWS, lsetstat(version)])]));

/** All extended requests of `version`, by name. */
export function extensionsOf(version: Version): ReadonlyMap<string, Extension> {
  return TABLES.get(version) as ReadonlyMap<string, Extension>;
}

const id = described(uint32, 'Number of the request, which its answer repeats.');

/** SSH_FXP_EXTENDED: a request that has a name. */
export function extendedRequest(version: Version): MessageDef {
  const table = extensionsOf(version);
  const find = (name: unknown) => (typeof name === 'string' ? table.get(name) : undefined);
  return message(
    200,
    'SSH_FXP_EXTENDED',
    'draft-ietf-secsh-filexfer-02#8',
    'A request that is not of the protocol itself.',
    extend(struct({ id, extendedRequest: described(text, 'What is asked.') }), (v) => find(v.extendedRequest)?.body ?? unknownKind),
    (v) => [plain(v.extendedRequest, 64), find(v.extendedRequest)?.words?.(v) ?? ''].filter((w) => w !== '').join(' '),
  );
}

const REPLY = 'SSH_FXP_EXTENDED_REPLY';
const REPLY_NOTE = 'The answer to a request that is not of the protocol itself.';
const REPLIES = new Map(
  ROWS.filter((row) => row.reply !== undefined).map((row) => [
    row.name,
    message(201, REPLY, row.rfc, REPLY_NOTE, withId(row.reply ?? unknownKind), (v, request) =>
      joined(row.replyWords?.(v), request !== undefined && `to ${request}`),
    ),
  ]),
);
const anyReply = message(201, REPLY, 'draft-ietf-secsh-filexfer-02#8', REPLY_NOTE, withId(unknownKind), (_, request) => request ?? '');

function withId(body: Codec<object>): Codec<SpecificValue & object> {
  return extend(struct({ id }), () => body) as Codec<SpecificValue & object>;
}

/** SSH_FXP_EXTENDED_REPLY as the answer to the extended request `name`. */
export function extendedReply(name: string | undefined): MessageDef {
  return REPLIES.get(name ?? '') ?? anyReply;
}

/** Attributes of files: ATTRS of all versions (draft-ietf-secsh-filexfer-02 section 5, -04 section 5, -05 section 5, -13 section 7). */
import { bitset } from '../../ssh/extend.ts';
import { box, type Codec, counted, described, named, string, struct, text, uint8, uint32, uint64 } from '../../wire/codec.ts';
import { listing } from './listing.ts';

/** Versions whose messages differ; those before 3 are read as 3. */
export type Version = 3 | 4 | 5 | 6;

/** What is told of a file. Sizes and times of version 4 and later are 64 bits. */
export interface Attributes {
  readonly flags: number;
  readonly type?: number;
  readonly size?: bigint;
  readonly allocationSize?: bigint;
  readonly uid?: number;
  readonly gid?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly permissions?: number;
  /** Seconds since 1970. */
  readonly atime?: number | bigint;
  readonly createtime?: bigint;
  readonly mtime?: number | bigint;
  readonly ctime?: bigint;
  readonly linkCount?: number;
  readonly [more: string]: unknown;
}

/** Names of the bits that say which attributes follow. */
const FLAGS_3: Readonly<Record<number, string>> = { 0: 'SIZE', 1: 'UIDGID', 2: 'PERMISSIONS', 3: 'ACMODTIME', 31: 'EXTENDED' };
const FLAGS_4: Readonly<Record<number, string>> = {
  0: 'SIZE',
  2: 'PERMISSIONS',
  3: 'ACCESSTIME',
  4: 'CREATETIME',
  5: 'MODIFYTIME',
  6: 'ACL',
  7: 'OWNERGROUP',
  8: 'SUBSECOND_TIMES',
  9: 'BITS',
  10: 'ALLOCATION_SIZE',
  11: 'TEXT_HINT',
  12: 'MIME_TYPE',
  13: 'LINK_COUNT',
  14: 'UNTRANSLATED_NAME',
  15: 'CTIME',
  31: 'EXTENDED',
};

/** Type of a file, from version 4 on. */
export const FILE_TYPES: Readonly<Record<number, string>> = {
  1: 'REGULAR',
  2: 'DIRECTORY',
  3: 'SYMLINK',
  4: 'SPECIAL',
  5: 'UNKNOWN',
  6: 'SOCKET',
  7: 'CHAR_DEVICE',
  8: 'BLOCK_DEVICE',
  9: 'FIFO',
};

const ATTRIBUTE_BITS: Readonly<Record<number, string>> = {
  0: 'READONLY',
  1: 'SYSTEM',
  2: 'HIDDEN',
  3: 'CASE_INSENSITIVE',
  4: 'ARCHIVE',
  5: 'ENCRYPTED',
  6: 'COMPRESSED',
  7: 'SPARSE',
  8: 'APPEND_ONLY',
  9: 'IMMUTABLE',
  10: 'SYNC',
  11: 'TRANSLATION_ERR',
};

const TEXT_HINTS = { 0: 'KNOWN_TEXT', 1: 'GUESSED_TEXT', 2: 'KNOWN_BINARY', 3: 'GUESSED_BINARY' };

const int64: Codec<bigint> = { kind: 'int64', read: (c) => BigInt.asIntN(64, uint64.read(c)), write: (w, v) => uint64.write(w, BigInt.asUintN(64, v)) };

/** Permission bits, which people know in octal. */
export const mode: Codec<number> = { ...uint32, label: (v) => `0${v.toString(8)}` };

const ACE_TYPES = { 0: 'ACCESS_ALLOWED', 1: 'ACCESS_DENIED', 2: 'SYSTEM_AUDIT', 3: 'SYSTEM_ALARM' };

/** What an entry of an access control list allows or denies; also what OPEN asks for from version 5 on. */
export const accessMask: Codec<number> = bitset(uint32, {
  0: 'READ_DATA',
  1: 'WRITE_DATA',
  2: 'APPEND_DATA',
  3: 'READ_NAMED_ATTRS',
  4: 'WRITE_NAMED_ATTRS',
  5: 'EXECUTE',
  6: 'DELETE_CHILD',
  7: 'READ_ATTRIBUTES',
  8: 'WRITE_ATTRIBUTES',
  16: 'DELETE',
  17: 'READ_ACL',
  18: 'WRITE_ACL',
  19: 'WRITE_OWNER',
  20: 'SYNCHRONIZE',
});

const entries = described(
  counted(
    struct({
      aceType: described(named(uint32, ACE_TYPES), 'Whether it allows, denies or records.'),
      aceFlag: described(uint32, 'Whether it is inherited, and whether it is about a group.'),
      aceMask: described(accessMask, 'What it is about.'),
      who: described(text, 'The user or group.'),
    }),
  ),
  'The entries, of which the first that fits decides.',
);

const accessList = (version: Version): Codec<object> =>
  box(version < 6 ? struct({ entries }) : struct({ aclFlags: described(uint32, 'How the list is to be taken.'), entries }));

/** Name and value of an extension, both as the peers please. */
const extensionPair = struct({ type: described(text, 'Name of the extension.'), data: described(string, 'Its value.') });

const SUBSECOND = 0x100;
const nanoseconds = described(uint32, 'Nanoseconds to be added to the time before it.');

/** An attribute: the bits that must all be set for it to be there, and its codec. */
// biome-ignore lint/suspicious/noExplicitAny: a row may hold a codec of any value, as a shape of `struct` does
type Row = readonly [bits: number, name: string, codec: Codec<any>, doc: string];

const ROWS_3: readonly Row[] = [
  [0x1, 'size', uint64, 'Bytes in the file.'],
  [0x2, 'uid', uint32, 'Number of the owner.'],
  [0x2, 'gid', uint32, 'Number of the group.'],
  [0x4, 'permissions', mode, 'Permission bits and type, as stat gives them.'],
  [0x8, 'atime', uint32, 'Last access, seconds since 1970.'],
  [0x8, 'mtime', uint32, 'Last change of the content, seconds since 1970.'],
];

const rows4 = (version: Version): readonly Row[] => [
  [0x1, 'size', uint64, 'Bytes in the file.'],
  [0x400, 'allocationSize', uint64, 'Bytes that it takes on the disk.'],
  [0x80, 'owner', text, 'Name of the owner.'],
  [0x80, 'group', text, 'Name of the group.'],
  [0x4, 'permissions', mode, 'Permission bits.'],
  [0x8, 'atime', int64, 'Last access, seconds since 1970.'],
  [0x8 | SUBSECOND, 'atimeNseconds', nanoseconds, ''],
  [0x10, 'createtime', int64, 'When it was made, seconds since 1970.'],
  [0x10 | SUBSECOND, 'createtimeNseconds', nanoseconds, ''],
  [0x20, 'mtime', int64, 'Last change of the content, seconds since 1970.'],
  [0x20 | SUBSECOND, 'mtimeNseconds', nanoseconds, ''],
  [0x8000, 'ctime', int64, 'Last change of the attributes, seconds since 1970.'],
  [0x8000 | SUBSECOND, 'ctimeNseconds', nanoseconds, ''],
  [0x40, 'acl', accessList(version), 'Access control list.'],
  [0x200, 'attribBits', bitset(uint32, ATTRIBUTE_BITS), 'Further properties.'],
  ...(version < 6 ? [] : ([[0x200, 'attribBitsValid', bitset(uint32, ATTRIBUTE_BITS), 'The properties that are known.']] as const)),
  [0x800, 'textHint', named(uint8, TEXT_HINTS), 'Whether it is a text.'],
  [0x1000, 'mimeType', text, 'Its MIME type.'],
  [0x2000, 'linkCount', uint32, 'Names that it has.'],
  [0x4000, 'untranslatedName', text, 'Its name as the server has it.'],
];

const FLAGS_OF: Readonly<Record<Version, number>> = { 3: 0x8000000f, 4: 0x800001fd, 5: 0x800003fd, 6: 0x8000fffd };

/** ATTRS of one version. */
export function attributesOf(version: Version): Codec<Attributes> {
  const flagsCodec = described(bitset(uint32, version === 3 ? FLAGS_3 : FLAGS_4), 'Which attributes follow.');
  const typeCodec = described(named(uint8, FILE_TYPES), 'What kind of file it is.');
  const rows = [...(version === 3 ? ROWS_3 : rows4(version)), [0x80000000, 'extended', counted(extensionPair), 'Attributes of vendors.'] as const].map(
    ([bits, name, codec, doc]) => [bits, name, doc === '' ? codec : described(codec, doc)] as const,
  );
  const has = (flags: number, bits: number) => (flags & bits) >>> 0 === bits;
  return {
    kind: 'struct',
    doc: 'Attributes of the file.',
    label: listing,
    read: (c) => {
      const start = c.pos;
      const flags = c.field('flags', flagsCodec);
      const more = (flags & ~FLAGS_OF[version]) >>> 0;
      const span = { start, end: c.pos };
      if (more !== 0) c.report('unknown', `attributes that version ${version} does not have: flags 0x${more.toString(16)}`, span);
      const out: Record<string, unknown> = { flags };
      if (version > 3) out.type = c.field('type', typeCodec);
      for (const [bits, name, codec] of rows) if (has(flags, bits)) out[name] = c.field(name, codec);
      return out as Attributes;
    },
    write: (w, v) => {
      flagsCodec.write(w, v.flags);
      if (version > 3) typeCodec.write(w, v.type ?? 5);
      for (const [bits, name, codec] of rows) if (has(v.flags, bits)) codec.write(w, v[name]);
    },
  };
}

/** Every message of SFTP in every version: recorded ones and built ones, cut at every byte, changed at every byte. */
import { toHex } from '../../../src/bytes/hex.ts';
import { type MessageDef, SUMMARY_LENGTH } from '../../../src/ssh/message.ts';
import type { Version } from '../../../src/upper/sftp/attributes.ts';
import { extendedReply, extensionsOf } from '../../../src/upper/sftp/extensions.ts';
import { isMessageNumber, messagesOf } from '../../../src/upper/sftp/messages.ts';
import { encode } from '../../../src/wire/codec.ts';
import { type Decoded, decode } from '../../../src/wire/cursor.ts';
import { leaves } from '../../../src/wire/field.ts';
import { text, u64 } from '../../support/channel-talk.ts';
import { concat } from '../../support/packets.ts';
import { str, u32 } from '../../support/two-ends.ts';

const VERSIONS: readonly Version[] = [3, 4, 5, 6];
const byte = (...values: number[]) => Uint8Array.from(values);

/** ATTRS with everything that a version has, written by the text of its draft. */
const PAIR = concat(u32(1), text('vendor'), text('value'));
const ACE = concat(u32(1), u32(0), u32(0), u32(0x20003), text('EVERYONE@'));
const time = concat(u64(1_600_000_000), u32(5));
const TIMES = concat(time, u64(2n ** 64n - 5n), u32(0), time);
const ATTRS: Readonly<Record<Version, Uint8Array>> = {
  3: concat(u32(0x8000000f), u64(2n ** 40n), u32(1000), u32(100), u32(0o100644), u32(7), u32(9), PAIR),
  4: concat(u32(0x800001fd), byte(1), u64(5), text('me'), text('us'), u32(0o644), TIMES, str(ACE), PAIR),
  5: concat(u32(0x800003fd), byte(2), u64(5), text('me'), text('us'), u32(0o755), TIMES, str(ACE), u32(0x81), PAIR),
  6: concat(
    ...[u32(0x8000fffd), byte(1), u64(5), u64(4096), text('me'), text('us'), u32(0o644), TIMES, time, str(concat(u32(1), ACE))],
    ...[u32(0x81), u32(0xff), byte(1), text('text/plain'), u32(2), text('raw'), PAIR],
  ),
};

const id = u32(7);
const H = text('handle');
const P = text('/tmp/file');
const range = concat(u64(100), u64(200));

/** The body of each message of `v`, by number; some have several. */
function bodies(v: Version): readonly (readonly [number, Uint8Array])[] {
  const a = ATTRS[v];
  const wanted = v < 4 ? byte() : u32(0xfd);
  const longname = v < 4 ? text('-rw-r--r-- 1 me us 5 file') : byte();
  return [
    [1, concat(u32(v), text('newline'), text('\n'))],
    [2, concat(u32(v), text('posix-rename@openssh.com'), text('1'))],
    [2, concat(u32(v), text('supported'), str(concat(u32(1), u32(2), u32(3), u32(4), u32(5), text('copy-file'))))],
    [2, concat(u32(v), text('supported2'), str(concat(u32(1), u32(2), u32(3), u32(4), u32(5), byte(0, 1, 2, 3), u32(0), u32(1), text('x'))))],
    [2, concat(u32(v), text('vendor-id'), str(concat(text('a'), text('b'), text('c'), u64(9))), text('acl-supported'), str(u32(15)))],
    [3, concat(id, P, ...(v < 5 ? [u32(0x1a)] : [u32(0x2), u32(1)]), a)],
    [4, concat(id, H)],
    [5, concat(id, H, u64(2n ** 33n), u32(32768))],
    [6, concat(id, H, u64(0), text('data'))],
    [7, concat(id, P, wanted)],
    [8, concat(id, H, wanted)],
    [9, concat(id, P, a)],
    [10, concat(id, H, a)],
    ...([11, 13, 15, 19] as const).map((n) => [n, concat(id, P)] as const),
    [12, concat(id, H)],
    [14, concat(id, P, a)],
    [16, v < 6 ? concat(id, P) : concat(id, P, byte(2), text('inner'), text('more'))],
    [17, concat(id, P, wanted)],
    [18, concat(id, P, text('/tmp/other'), v < 5 ? byte() : u32(1))],
    ...(v < 6 ? ([[20, concat(id, P, text('target'))]] as const) : []),
    ...(v < 6
      ? []
      : ([
          [21, concat(id, P, text('target'), byte(1))],
          [22, concat(id, H, range, u32(0x40))],
          [23, concat(id, H, range)],
        ] as const)),
    [101, concat(id, u32(2), text('No such file'), text('en'))],
    [101, concat(id, u32(16), text('who'), text(''), text('nobody'))],
    [101, concat(id, u32(1))],
    [102, concat(id, H)],
    [103, concat(id, text('data'), v < 6 ? byte() : byte(1))],
    [104, concat(id, u32(2), text('file'), longname, a, text('other'), longname, a, v < 6 ? byte() : byte(1))],
    [105, concat(id, a)],
    ...extended(v).map((body) => [200, concat(id, body)] as const),
    [200, concat(id, text('unknown@example.com'), text('anything'))],
  ];
}

/** The body of every extended request. */
function extended(v: Version): Uint8Array[] {
  const names = concat(text('/from'), text('/to'));
  const hash = concat(text('md5,sha256'), range, u32(0));
  const quick = concat(range, text('0123456789abcdef'));
  const rows: readonly (readonly [string, ...Uint8Array[]])[] = [
    ['posix-rename@openssh.com', names],
    ['hardlink@openssh.com', names],
    ['statvfs@openssh.com', P],
    ['fstatvfs@openssh.com', H],
    ['fsync@openssh.com', H],
    ['lsetstat@openssh.com', P, ATTRS[v]],
    ['limits@openssh.com'],
    ['expand-path@openssh.com', text('~/x')],
    ['copy-data', H, range, text('other'), u64(0)],
    ['home-directory', text('me')],
    ['users-groups-by-id@openssh.com', str(concat(u32(0), u32(1000))), str(u32(0))],
    ['check-file', H, hash],
    ['check-file-handle', H, hash],
    ['check-file-name', P, hash],
    ['md5-hash', P, quick],
    ['md5-hash-handle', H, quick],
    ['space-available', P],
    ['copy-file', names, byte(1)],
    ['text-seek', H, u64(3)],
    ['version-select', text('6')],
  ];
  return rows.map(([name, ...fields]) => concat(text(name), ...fields));
}

/** The body of each answer that an extended request has of its own. */
const REPLIES: readonly (readonly [string | undefined, Uint8Array])[] = [
  ['statvfs@openssh.com', concat(...Array.from({ length: 11 }, (_, i) => u64(i)))],
  ['fstatvfs@openssh.com', concat(...Array.from({ length: 11 }, (_, i) => u64(i)))],
  ['limits@openssh.com', concat(u64(1), u64(2), u64(3), u64(4))],
  ['users-groups-by-id@openssh.com', concat(str(concat(text('root'), text(''))), str(text('root')))],
  ...['check-file', 'check-file-handle', 'check-file-name'].map((name) => [name, concat(text('check-file'), text('md5'), byte(1, 2, 3, 4))] as const),
  ...['md5-hash', 'md5-hash-handle'].map((name) => [name, concat(text('md5-hash'), text('0123456789abcdef'))] as const),
  ['space-available', concat(range, range, u32(4096))],
  [undefined, byte(1, 2, 3)],
];

interface Case {
  readonly label: string;
  readonly def: MessageDef;
  readonly body: Uint8Array;
}

const CASES: readonly Case[] = [
  ...VERSIONS.flatMap((v) =>
    bodies(v).flatMap(([number, body]) =>
      (number === 20 ? [false, true] : [false]).map((reversed) => {
        const def = messagesOf(v, reversed).get(number);
        if (def === undefined) throw new Error(`version ${v} has no message ${number}`);
        return { label: `version ${v} ${def.name}`, def, body };
      }),
    ),
  ),
  ...REPLIES.map(([name, body]) => ({ label: `reply to ${name}`, def: extendedReply(name), body: concat(id, body) })),
];

test('every message and every extended request of every version has a sample', () => {
  for (const v of VERSIONS) {
    const sampled = new Set(CASES.filter((c) => c.label.startsWith(`version ${v}`)).map((c) => c.def));
    expect([...messagesOf(v, false).values()].filter((def) => !sampled.has(def)).map((def) => def.name)).toEqual([]);
    const asked = extended(v).map(
      (body) => decode(messagesOf(v, false).get(200)?.body as MessageDef['body'], concat(id, body)).value as { extendedRequest: string },
    );
    expect(asked.map((value) => value.extendedRequest).sort()).toEqual([...extensionsOf(v).keys()].sort());
    for (const number of messagesOf(v, false).keys()) expect(isMessageNumber(number)).toBe(true);
  }
  const replying = [...extensionsOf(3).values()].filter((row) => row.reply !== undefined).map((row) => row.name);
  expect(REPLIES.flatMap(([name]) => name ?? []).sort()).toEqual(replying.sort());
});

test.each(CASES)('$label reads without a problem and writes the same bytes', ({ def, body }) => {
  const whole = decode(def.body, body, { complete: true });
  expect(whole.problems).toEqual([]);
  expect(toHex(encode(def.body, whole.value))).toBe(toHex(body));
  expect(decode(def.body, body, { complete: true, trace: true }).value).toEqual(whole.value);
  const { fields } = decode(def.body, body, { trace: true });
  expect(fields.filter((f) => !f.name.startsWith('(') && f.doc === undefined).map((f) => f.name)).toEqual([]);
  expect(def.note).toMatch(/^[A-Z].*\.$/);
});

test.each(CASES)('$label: cut anywhere and changed anywhere the leaves tile, and there is a summary', ({ def, body }) => {
  const wrong: string[] = [];
  const look = (bytes: Uint8Array, what: string) => {
    const d = decode(def.body, bytes, { trace: true });
    if (tiled(d) !== bytes.length) wrong.push(`leaves do not tile ${what}`);
    const line = def.summary(d.value);
    if (line.length > SUMMARY_LENGTH || /undefined|NaN|\[object/.test(line)) wrong.push(`${what}: ${line}`);
  };
  for (let n = 0; n <= body.length; n++) look(body.subarray(0, n), `cut at ${n}`);
  for (let n = 0; n < body.length; n++) {
    for (const flip of [0x01, 0xff]) {
      const bytes = body.slice();
      bytes[n] = (bytes[n] ?? 0) ^ flip;
      look(bytes, `with byte ${n} changed`);
    }
  }
  expect(wrong).toEqual([]);
});

/** The end of the last leaf, if leaves tile from 0; otherwise NaN. */
function tiled(d: Decoded<unknown>): number {
  let at = 0;
  for (const f of leaves(d.fields)) at = f.span.start === at && f.span.end >= at ? f.span.end : Number.NaN;
  return at;
}

test('attributes that a version does not have are told, and attributes are shown as ls does', () => {
  const attrs = (v: Version, bytes: Uint8Array) => decode(messagesOf(v, false).get(105)?.body as MessageDef['body'], concat(id, bytes), { complete: true });
  expect(attrs(3, u32(0x10)).problems).toMatchObject([{ code: 'unknown', message: 'attributes that version 3 does not have: flags 0x10' }]);
  expect(attrs(4, concat(u32(0x2), byte(1))).problems).toMatchObject([{ code: 'unknown' }]);
  const line = (v: Version) => messagesOf(v, false).get(105)?.summary(attrs(v, ATTRS[v]).value);
  expect(line(3)).toBe('Attrs: -rw-r--r-- uid 1000 gid 100 1099511627776 bytes 1970-01-01 00:00:09');
  expect(line(5)).toBe('Attrs: drwxr-xr-x me us 5 bytes 2020-09-13 12:26:40');
});

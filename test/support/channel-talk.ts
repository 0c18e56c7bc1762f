/** What two programs say inside one channel of a session without encryption: files that move, made here. */
import { createHash } from 'node:crypto';
import { type DissectOptions, dissect, inMemory, type Packet, type Session, type Transfer } from '../../src/index.ts';
import { plainCapture } from './above.ts';
import { concat } from './packets.ts';
import { ascii, str, u32 } from './two-ends.ts';

/** Bytes that the client or the server sends on the channel, in a message of its own. */
export type Line = readonly ['c' | 's', Uint8Array];

export const text = (value: string) => str(ascii(value));
export const u64 = (value: number | bigint) => {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
};

/** A message of SFTP: its length, its type, its fields. */
export const sftp = (type: number, ...fields: Uint8Array[]): Uint8Array => str(concat(Uint8Array.of(type), ...fields));
export const NO_ATTRS = u32(0);
/** STATUS. */
export const status = (id: number, code: number, said = '') => sftp(101, u32(id), u32(code), text(said), text(''));

const INIT: readonly Line[] = [
  ['c', sftp(1, u32(3))],
  ['s', sftp(2, u32(3))],
];

/** A capture of a channel on which `what` was started (`subsystem` or a command), with `lines`; it is left open when `closed` is false. */
export function channelCapture(what: 'subsystem' | string, lines: readonly Line[], closed = true): Uint8Array {
  const start = what === 'subsystem' ? [text('subsystem'), Uint8Array.of(0), text('sftp')] : [text('exec'), Uint8Array.of(0), text(what)];
  const close = (to: number) => concat(Uint8Array.of(97), u32(to));
  const to = { c: 3, s: 7 };
  return plainCapture([
    ['c', concat(Uint8Array.of(90), text('session'), u32(7), u32(2 ** 31), u32(2 ** 20))],
    ['s', concat(Uint8Array.of(91), u32(7), u32(3), u32(2 ** 31), u32(2 ** 20))],
    ['c', concat(Uint8Array.of(98), u32(3), ...start)],
    ...[...(what === 'subsystem' ? INIT : []), ...lines].map(([from, bytes]) => [from, concat(Uint8Array.of(94), u32(to[from]), str(bytes))] as const),
    ...(closed
      ? ([
          ['c', close(3)],
          ['s', close(7)],
        ] as const)
      : []),
  ]);
}

/** A file as it moved. */
export interface Moved extends Transfer {
  readonly content: Uint8Array;
  readonly sha256: string;
}

/** What a dissection finds of files. */
export interface Found {
  readonly files: readonly Moved[];
  readonly packets: readonly Packet[];
  readonly sessions: readonly Session[];
  /** Problems of packets and of the messages in them, `code: message`. */
  readonly problems: readonly string[];
}

/** Dissects `file` and puts the contents of files together. */
export async function filesOf(file: Uint8Array, options: DissectOptions = {}): Promise<Found> {
  const contents = new Map<Transfer, Uint8Array>();
  const files: Moved[] = [];
  const packets: Packet[] = [];
  const sessions: Session[] = [];
  await dissect(
    inMemory(file),
    {
      content: (t, offset, bytes) => {
        const before = contents.get(t) ?? new Uint8Array(0);
        const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
        after.set(before);
        after.set(bytes, offset);
        contents.set(t, after);
      },
      transfer: (t) => {
        const content = contents.get(t) ?? new Uint8Array(0);
        const { session, channel, protocol, direction, path, size, bytes, mode, modified, accessed, complete, holes, note } = t;
        const { firstFrame, lastFrame, start, end } = t;
        const sha256 = createHash('sha256').update(content).digest('hex');
        const facts = { session, channel, protocol, direction, path, size, bytes, mode, modified, accessed, complete, holes, note };
        files.push({ ...facts, firstFrame, lastFrame, start, end, content, sha256 });
      },
      packet: (p) => packets.push(p),
      session: (s) => sessions.push(s),
    },
    options,
  );
  const problems = packets.flatMap((p) => p.problems.map(({ code, message }) => `${code}: ${message}`));
  return { files, packets, sessions, problems };
}

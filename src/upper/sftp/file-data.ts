/** Bytes of files in SFTP messages. Most of these messages come in two packets, and are followed without a copy of them in one run. */
import { type Codec, string, struct, uint32, uint64 } from '../../wire/codec.ts';
import { decode } from '../../wire/cursor.ts';
import type { FramedBytes } from '../framing.ts';
import { FileData } from '../transfer.ts';

const WRITE = 6;
const DATA = 103;

/** Where the request or answer begins in a message, behind length and type. */
const BODY = 5;

/** The length of the bytes, and where they begin; reads no further. */
const beginning: Codec<{ readonly length: number; readonly start: number }> = {
  kind: 'string',
  read: (c) => {
    const place = { length: c.uint32(), start: c.pos };
    c.skip(c.remaining);
    return place;
  },
  write: (w, { length }) => w.uint32(length),
};

/** The messages up to the bytes that they carry, as `messages.ts` declares them. */
const HEADS = new Map<number, Codec<{ readonly data: { readonly length: number; readonly start: number } }>>([
  [WRITE, struct({ id: uint32, handle: string, offset: uint64, data: beginning })],
  [DATA, struct({ id: uint32, data: beginning })],
]);

/**
 * The value of a message that carries bytes of a file, with a `FileData` as its `data`. Undefined for all other messages, and for one
 * that is not exactly as long as these bytes make it: what is wrong with it, or stands behind them, a decode of the whole tells.
 */
export function carrying(framed: FramedBytes): (Readonly<Record<string, unknown>> & { readonly id?: number }) | undefined {
  const head = HEADS.get(framed.type);
  if (head === undefined) return undefined;
  const { value, problems } = decode(head, framed.beginning, { start: BODY });
  if (problems.length > 0 || value.data.start + value.data.length !== framed.length) return undefined;
  return { ...value, data: new FileData(framed.from(value.data.start)) };
}

/** The bytes of a file that `data` is, if it is any. */
export function fileData(data: unknown): FileData | undefined {
  if (data instanceof FileData) return data;
  return data instanceof Uint8Array ? new FileData([data]) : undefined;
}

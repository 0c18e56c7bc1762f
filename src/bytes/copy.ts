/** Memory for bytes that must outlive the buffer they were read into. */

/**
 * Short copies share an allocation: a typed array with memory of its own costs a microsecond, and the garbage collector
 * another. What keeps one copy keeps its whole slab, so that a slab is small.
 */
const SLAB = 8192;

/** Longer copies than this have memory of their own. */
const SHORT = SLAB / 4;

let slab = new Uint8Array(0);
let slabView = new DataView(slab.buffer);
let used = 0;

/** Bytes of one's own within an array that others may share: from `at` on. */
export interface Room {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly at: number;
}

/** Room for `length` bytes, which are zeros. */
export function room(length: number): Room {
  if (length > SHORT) return own(new Uint8Array(length));
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB);
    slabView = new DataView(slab.buffer);
    used = 0;
  }
  const at = used;
  used += length;
  return { bytes: slab, view: slabView, at };
}

function own(bytes: Uint8Array<ArrayBuffer>): Room {
  return { bytes, view: new DataView(bytes.buffer), at: 0 };
}

/** `length` zeros of one's own. */
export function zeros(length: number): Uint8Array<ArrayBuffer> {
  if (length > SHORT) return new Uint8Array(length);
  const { bytes, at } = room(length);
  return bytes.subarray(at, at + length);
}

/** A copy of `bytes[start..end)`. Unlike `slice` it is one for a Node Buffer too, whose `slice` shares its memory. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const out = zeros(end - start);
  copyTo(out, 0, bytes, start, end);
  return out;
}

/** Up to this length a loop is done before `set` has begun and the view that it wants is made. */
const LOOPED = 64;

/** Copies `from[start..end)` to `to` from `at` on, where there must be room. */
export function copyTo(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  if (end - start > LOOPED) to.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i] as number;
}

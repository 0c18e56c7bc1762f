/** A pcapng file without what `annotate` added: a reader of its own, which shares nothing with the writer. */
import { concat } from './packets.ts';

/** What stands in an annotated file. */
export interface Stripped {
  /** Without the comments of sshark; what has no options then, has none at all. */
  readonly file: Uint8Array;
  /** The comments of sshark, by number of the packet block. */
  readonly comments: ReadonlyMap<number, readonly string[]>;
  readonly packets: number;
  readonly secrets: readonly string[];
}

/** Takes a pcapng file of any byte order apart, all of which must be well formed. */
export function strip(file: Uint8Array): Stripped {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const comments = new Map<number, string[]>();
  const secrets: string[] = [];
  const out: Uint8Array[] = [];
  let [little, packets] = [true, 0];
  for (let at = 0; at < file.length; ) {
    if (view.getUint32(at, true) === 0x0a0d0d0a) little = view.getUint8(at + 8) === 0x4d;
    const [type, length] = [view.getUint32(at, little), view.getUint32(at + 4, little)];
    if (length % 4 !== 0 || view.getUint32(at + length - 4, little) !== length) throw new Error(`block at ${at}: its two lengths differ`);
    const block = file.subarray(at, at + length);
    if (type === 2 || type === 3 || type === 6) packets++;
    if (type === 10) secrets.push(new TextDecoder().decode(block.subarray(16, 16 + view.getUint32(at + 12, little))));
    if (type === 2 || type === 6) out.push(withoutComments(block, little, (text) => comments.set(packets, [...(comments.get(packets) ?? []), text])));
    else out.push(block);
    at += length;
  }
  return { file: concat(...out), comments, packets, secrets };
}

function withoutComments(block: Uint8Array, little: boolean, take: (text: string) => void): Uint8Array {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const options = 28 + 4 * Math.ceil(view.getUint32(20, little) / 4);
  const kept: Uint8Array[] = [];
  for (let at = options; at < block.length - 4; ) {
    const [code, length] = [view.getUint16(at, little), view.getUint16(at + 2, little)];
    const next = at + 4 + 4 * Math.ceil(length / 4);
    if (next > block.length - 4) throw new Error('an option runs out of its block');
    if (code === 0) break;
    const text = code === 1 ? new TextDecoder('utf-8', { fatal: true }).decode(block.subarray(at + 4, at + 4 + length)) : '';
    if (text.startsWith('sshark: ')) take(text);
    else kept.push(block.subarray(at, next));
    at = next;
  }
  const parts = [block.subarray(0, options), ...kept, ...(kept.length > 0 ? [new Uint8Array(4)] : []), new Uint8Array(4)];
  const whole = concat(...parts);
  const out = new DataView(whole.buffer);
  out.setUint32(4, whole.length, little);
  out.setUint32(whole.length - 4, whole.length, little);
  return whole;
}

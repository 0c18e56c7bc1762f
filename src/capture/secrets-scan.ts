/** Finds the secrets in a pcapng file before it is read: a Decryption Secrets Block may stand behind the packets that it opens. */
import { viewOf } from '../bytes/view.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { u32 } from './endian.ts';
import type { SecretsBlock } from './frame.ts';
import { BYTE_ORDER_MAGIC, DECRYPTION_SECRETS, HEAD, SECRETS_COST, SECTION_HEADER, TAIL } from './pcapng-blocks.ts';
import { RecordCutter, type RecordFormat } from './records.ts';

/** Type, secrets type, length of the secrets, and both block lengths. */
const LEAST_SECRETS = HEAD + 8 + TAIL;

/**
 * Goes from block to block by their lengths and looks into none but those with secrets. It says nothing of what is wrong in
 * the file, which its reader reports. Of a file that is no pcapng it reads only the beginning.
 */
export class SecretsScan implements RecordFormat {
  readonly headerLength = 12;
  /** In the order of the file. */
  readonly blocks: SecretsBlock[] = [];
  private readonly limits: Limits;
  private readonly cutter = new RecordCutter(this);
  private little = false;
  private bytes = 0;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Nothing more will be found: the rest need not be read. */
  get stopped(): boolean {
    return this.cutter.stopped;
  }

  /** Takes the next bytes of the file, from its first byte on. */
  push(piece: Uint8Array): void {
    this.cutter.push(piece);
  }

  /** Steps over the blocks that are whole in `b` and neither secrets nor the beginning of a section. */
  sweep(b: Uint8Array, start: number): number {
    if (this.cutter.offset === 0) return start;
    const { little, headerLength } = this;
    const view = viewOf(b);
    let at = start;
    while (b.length - at >= headerLength) {
      const type = view.getUint32(at, little);
      const length = view.getUint32(at + 4, little);
      if (type === DECRYPTION_SECRETS || type === SECTION_HEADER || length < HEAD + TAIL || length % 4 !== 0 || length > b.length - at) break;
      at += length;
    }
    return at;
  }

  measure(b: Uint8Array, at: number): number {
    if (u32(b, at, true) === SECTION_HEADER) {
      this.little = u32(b, at + HEAD, true) === BYTE_ORDER_MAGIC;
      if (!this.little && u32(b, at + HEAD, false) !== BYTE_ORDER_MAGIC) return 0;
    } else if (this.cutter.offset === 0) return 0;
    const length = u32(b, at + 4, this.little);
    if (length < HEAD + TAIL || length % 4 !== 0) return 0;
    if (u32(b, at, this.little) !== DECRYPTION_SECRETS) return -length;
    return length >= LEAST_SECRETS && length <= this.limits.blockBytes ? length : 0;
  }

  record(b: Uint8Array, start: number, end: number): void {
    const length = u32(b, start + HEAD + 4, this.little);
    const from = start + HEAD + 8;
    if (from + length > end - TAIL || this.bytes + length > this.limits.blockBytes) return;
    this.bytes += length + SECRETS_COST;
    this.blocks.push({ type: u32(b, start + HEAD, this.little), data: new Uint8Array(b.subarray(from, from + length)), offset: this.cutter.offset });
  }
}

/** Writes a capture anew as pcapng, with secrets and comments added: plain or compressed, pcap or pcapng in; pcapng out. */
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import { PcapConverter } from './convert-pcap.ts';
import { type Additions, BlockCopy } from './copy-blocks.ts';
import { Decompressor } from './decompress.ts';
import { type Detected, detectFormat, HEAD_BYTES } from './detect.ts';
import { type Refusal, refusalOf } from './open.ts';

export type { Additions, SecretsData } from './copy-blocks.ts';

const NOTHING = new Uint8Array(0);

/**
 * A copy of a capture that is given in pieces of any size. Never throws for any input; memory does not grow with the file.
 * A pcapng file is copied block by block as `BlockCopy` says: without the additions it is the original again. A classic pcap
 * file is converted (`PcapConverter`), a compressed file is decompressed.
 *
 *     for each piece: for (const bytes of writer.push(piece)) write(bytes)
 *     for (const bytes of writer.finish()) write(bytes)
 */
export class PcapngWriter {
  /** Set when the input turns out to be no capture: then nothing comes out. */
  refusal: Refusal | undefined;
  private readonly limits: Limits;
  private readonly blocks: BlockCopy;
  private decompressor: Decompressor | undefined;
  private converter: PcapConverter | undefined;
  private known = false;
  /** The first bytes, until they tell what the file is. */
  private head = NOTHING;

  constructor(additions: Additions, limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
    this.blocks = new BlockCopy(additions, limits);
  }

  get problems(): readonly Problem[] {
    return [...(this.decompressor?.problems ?? []), ...(this.converter?.problems ?? []), ...this.blocks.problems];
  }

  /** True, once it is finished, when there is a copy and the secrets are in it. */
  get complete(): boolean {
    return this.known && this.blocks.secretsAdded;
  }

  /** The next bytes of the copy. All must be used before the next piece is pushed; they may point into `piece`. */
  *push(piece: Uint8Array): Generator<Uint8Array> {
    if (this.refusal !== undefined) return;
    if (this.decompressor !== undefined) yield* this.decompressed(this.decompressor, piece);
    else if (this.known) yield* this.written(piece);
    else {
      const head = this.detect(piece);
      if (this.decompressor !== undefined) yield* this.decompressed(this.decompressor, head);
      else if (this.known) yield* this.written(head);
    }
  }

  /** The end of the copy. */
  *finish(): Generator<Uint8Array> {
    this.decompressor?.finish();
    if (!this.known && this.refusal === undefined) this.refuse(detectFormat(this.head));
    if (this.refusal !== undefined) return;
    this.converter?.finish();
    yield* this.blocks.finish();
  }

  private *decompressed(decompressor: Decompressor, piece: Uint8Array): Generator<Uint8Array> {
    for (const out of decompressor.push(piece)) {
      if (this.refusal !== undefined) return;
      const bytes = this.known ? out : this.detect(out);
      if (this.known) yield* this.written(bytes);
    }
  }

  private *written(bytes: Uint8Array): Generator<Uint8Array> {
    if (this.converter === undefined) yield* this.blocks.push(bytes);
    else for (const converted of this.converter.push(bytes)) yield* this.blocks.push(converted);
  }

  /** Looks at the first bytes of the file, or of what is compressed in it; gives all of them that are there. */
  private detect(piece: Uint8Array): Uint8Array {
    const head = new Uint8Array(this.head.length + piece.length);
    head.set(this.head);
    head.set(piece, this.head.length);
    const found = detectFormat(head, head.length >= HEAD_BYTES);
    this.head = found.kind === 'short' ? head : NOTHING;
    if (found.kind === 'capture') {
      this.known = true;
      if (found.format !== 'pcapng') this.converter = new PcapConverter(this.limits);
    } else if (found.kind === 'compressed' && this.decompressor === undefined) this.decompressor = new Decompressor(found.compression, this.limits);
    else if (found.kind !== 'short') this.refuse(found);
    return head;
  }

  private refuse(found: Detected): void {
    const packed = this.decompressor === undefined ? '' : `is ${this.decompressor.compression}-compressed, and what is in it `;
    this.refusal = { message: packed + refusalOf(found), offset: 0 };
  }
}

/**
 * Bytes that remember where they came from.
 *
 * A Space is a run of bytes (one SSH packet, one decrypted or inflated payload) together with the places
 * of the capture that delivered them. Fields carry spans of a Space; `locate` turns a span into frames.
 */

/** A half-open range of byte offsets within one Space. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A run of bytes of a Space that lies in one frame: `frameOffset` counts from the first captured byte of frame `frame`. */
export interface Origin {
  /** Offset in the Space at which this run begins. */
  readonly start: number;
  readonly length: number;
  /** Number of the frame, from 1, as Wireshark counts. */
  readonly frame: number;
  readonly frameOffset: number;
}

/** Where a span lies in the capture: one entry for each frame it touches. */
export interface Place {
  readonly frame: number;
  readonly offset: number;
  readonly length: number;
}

/** Bytes and the frames that delivered them; `origins` are sorted by `start` and do not overlap. */
export class Space {
  private content: Uint8Array | number;
  readonly origins: readonly Origin[];
  /** False when offsets do not map one to one (inflated data): then every span has the whole piece as its place. */
  readonly exact: boolean;

  /** `bytes` is their number only where nobody has kept them: then zeros stand for them. */
  constructor(bytes: Uint8Array | number, origins: readonly Origin[], exact = true) {
    this.content = bytes;
    this.origins = origins;
    this.exact = exact;
  }

  get bytes(): Uint8Array {
    if (typeof this.content === 'number') this.content = new Uint8Array(this.content);
    return this.content;
  }

  /** The frames, in order and without repetition, that delivered any byte of this Space. */
  get frames(): number[] {
    const [first] = this.origins;
    if (first !== undefined && this.origins.length === 1) return [first.frame];
    return [...new Set(this.origins.map((o) => o.frame))];
  }

  /** The places in the capture of the bytes of `span`; empty for an empty span. */
  locate(span: Span): Place[] {
    const start = this.exact ? span.start : 0;
    const end = this.exact ? span.end : Number.POSITIVE_INFINITY;
    if (span.end <= span.start) return [];
    const out: Place[] = [];
    for (const o of this.origins) {
      const from = Math.max(start, o.start);
      const to = Math.min(end, o.start + o.length);
      if (from < to) out.push({ frame: o.frame, offset: o.frameOffset + from - o.start, length: to - from });
    }
    return out;
  }
}

/** The frames of one piece of a file, in objects that are used again for the next piece. */
import type { Frame } from './frame.ts';

const NOTHING = new Uint8Array(0);
/** Frames that are kept for later pieces; a piece may be a whole file. */
const MOST_KEPT = 16_384;

/** A frame that a reader fills in. */
export class FilledFrame implements Frame {
  number = 0;
  seconds = 0;
  nanos = 0;
  interfaceId = 0;
  linkType = 0;
  buffer: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  originalLength = 0;
  comments: readonly string[] | undefined = undefined;
}

/** Of a capture with millions of frames each would be an object that dies at once. */
export class FrameBatch {
  private readonly all: FilledFrame[] = [];
  private used = 0;

  /** The frames so far will not be looked at any more. */
  begin(): void {
    if (this.all.length > MOST_KEPT) this.all.length = MOST_KEPT;
    this.used = 0;
  }

  next(): FilledFrame {
    const frame = this.all[this.used] ?? this.more();
    this.used++;
    return frame;
  }

  /** Those since `begin`. */
  get frames(): Frame[] {
    return this.all.slice(0, this.used);
  }

  private more(): FilledFrame {
    const frame = new FilledFrame();
    this.all.push(frame);
    return frame;
  }
}

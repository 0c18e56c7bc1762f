/** The frame that a reader fills in anew for each record: of a capture with millions of frames each would be an object that dies at once. */
import type { Frame } from './frame.ts';

const NOTHING = new Uint8Array(0);

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

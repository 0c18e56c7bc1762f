/** What `annotate` prints beside the capture that it writes, and what it writes into it. */
import { palette } from './color.ts';
import { captureEnding } from './ending.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

export { CommentCollector } from './comments.ts';

/** The problems of the capture itself: those of sessions are in the comments. */
export function annotatedRenderer(options: RenderOptions): Renderer {
  const colors = palette(options.color);
  return { capture: (c) => captureEnding(c, colors) };
}

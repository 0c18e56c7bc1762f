/** One stream of a channel, byte for byte. */
import { dataOf } from './follow.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

/** The bytes of the stream chosen, and nothing else. */
export function followRawRenderer(options: RenderOptions): Renderer {
  return {
    packet: (p) => {
      const data = dataOf(p, options);
      return data?.stream === options.stream ? data.bytes : '';
    },
  };
}

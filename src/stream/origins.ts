/** Which bytes of the capture a part of a segment's payload is. */
import type { Origin } from '../bytes/space.ts';
import type { Segment } from '../net/segment.ts';

/** Origins of the `length` payload bytes of `s` from `skip` on; their `start` counts from the first of these bytes. */
export function originsOf(s: Segment, skip: number, length: number): readonly Origin[] {
  if (s.origins === undefined) return [{ start: 0, length, frame: s.frame, frameOffset: s.frameOffset + skip }];
  const out: Origin[] = [];
  for (const o of s.origins) {
    const from = Math.max(o.start, skip);
    const to = Math.min(o.start + o.length, skip + length);
    if (from < to) out.push({ start: from - skip, length: to - from, frame: o.frame, frameOffset: o.frameOffset + from - o.start });
  }
  return out;
}

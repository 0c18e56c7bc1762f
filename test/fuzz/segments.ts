/** What may happen to TCP segments on their way, and to their payloads. */

import { pcap, type Taken } from '../support/capture-files.ts';
import { framesOf, split, type TcpSegment } from '../support/variants.ts';
import { mutate, pick, type Random } from './mutate.ts';

type Trick = (segments: TcpSegment[], at: number, random: Random) => void;

const TRICKS: readonly Trick[] = [
  (all, at) => all.splice(at, 1),
  (all, at, random) => all.splice(Math.floor(random() * all.length), 0, all[at] as TcpSegment),
  (all, at, random) => all.splice(Math.floor(random() * all.length), 0, ...all.splice(at, 1)),
  (all, at, random) => change(all, at, { sequence: ((all[at]?.sequence ?? 0) + pick([1, -1, 100, -100, 70_000, 2 ** 31, 2 ** 31 - 1], random)) >>> 0 }),
  (all, at, random) => change(all, at, { flags: Math.floor(random() * 64) }),
  (all, at, random) => change(all, at, { acknowledgement: Math.floor(random() * 2 ** 32) }),
  (all, at, random) => change(all, at, { payload: mutate(all[at]?.payload ?? new Uint8Array(), random, new Uint8Array(8)) }),
];

function change(all: TcpSegment[], at: number, parts: Partial<TcpSegment>): void {
  all[at] = { ...(all[at] as TcpSegment), ...parts };
}

/** `segments` after `count` tricks. */
export function tricked(segments: readonly TcpSegment[], count: number, random: Random): TcpSegment[] {
  const all = [...segments];
  for (let n = count; n > 0 && all.length > 0; n--) pick(TRICKS, random)(all, Math.floor(random() * all.length), random);
  return all;
}

/** Segments with mutated payloads: with the sequence numbers that they had, or with those that they would have been sent with. */
export function mutatePayloads(segments: readonly TcpSegment[], random: Random): TcpSegment[] {
  const count = 1 + Math.floor(random() * 4);
  const chance = count / Math.max(1, segments.filter((s) => s.payload.length > 0).length);
  const changed = segments.map((s) =>
    s.payload.length > 0 && random() < chance ? { ...s, payload: mutate(s.payload, random, pick(segments, random).payload) } : s,
  );
  return random() < 0.5 ? changed : resequenced(segments, changed);
}

/** `changed` with the sequence numbers moved by what was put in or taken out before them in their direction. */
function resequenced(before: readonly TcpSegment[], changed: readonly TcpSegment[]): TcpSegment[] {
  const moved = new Map<number, number>();
  return changed.map((s, i) => {
    const by = moved.get(s.sourcePort) ?? 0;
    moved.set(s.sourcePort, by + s.payload.length - (before[i]?.payload.length ?? 0));
    return { ...s, sequence: (s.sequence + by) >>> 0, acknowledgement: (s.acknowledgement + (moved.get(s.destinationPort) ?? 0)) >>> 0 };
  });
}

/** The frames of `segments`, cut so that each fits into an IP packet. */
export function fitting(segments: readonly TcpSegment[], size = 60_000): Taken[] {
  return framesOf(segments.some((s) => s.payload.length > size) ? split(segments, size) : segments);
}

export function captureOf(segments: readonly TcpSegment[]): Uint8Array {
  return pcap(fitting(segments));
}

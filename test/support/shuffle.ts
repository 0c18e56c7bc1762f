/** Fixtures at one time in one capture. */
import { framesOfFixture, pcapng, type Taken } from './capture-files.ts';
import { fixture } from './fixtures.ts';
import { randomOf } from './random.ts';

const IPV6 = 0x86dd;

/** A frame of fixture `n` between addresses that no other fixture has: the second byte of an IPv4 address, the last two of an IPv6 one. */
function moved(frame: Taken, n: number): Taken {
  const bytes = frame.bytes.slice();
  const ipv6 = (((bytes[12] as number) << 8) | (bytes[13] as number)) === IPV6;
  for (const at of ipv6 ? [22 + 14, 38 + 14] : [26 + 1, 30 + 1]) bytes[at] = n;
  return { ...frame, bytes };
}

/** Bytes of a shuffled capture, at most about: it is to take several reads of 1 MiB, however few sessions it holds. */
const SIZE = 16_000_000;

/** A frame of `size` bytes that nobody reads. */
function noise(size: number): Taken {
  const bytes = new Uint8Array(size);
  bytes.set([0x88, 0xb5], 12);
  return { seconds: 1_700_000_000, nanos: 0, bytes };
}

/**
 * The frames of the fixtures `names`, each in its order, all of them in an order that `seed` tells, with something else between them, and
 * `damage` bytes behind the Ethernet headers changed; and the key logs of all.
 */
export function shuffled(names: readonly string[], seed: number, damage = 0): { readonly capture: Uint8Array; readonly secrets: string } {
  const random = randomOf(seed);
  const below = (n: number) => Math.floor(random() * n);
  const all = names.map((name, n) => ({ ...fixture(name), n, at: 0 })).map((f) => ({ ...f, frames: framesOfFixture(f.capture) }));
  const frames: Taken[] = [];
  const between = noise(Math.min(60_000, Math.ceil(SIZE / all.reduce((sum, f) => sum + f.frames.length, 0))));
  for (let open = all; open.length > 0; open = open.filter((f) => f.at < f.frames.length)) {
    const one = open[below(open.length)] as (typeof open)[number];
    const burst = 1 + below(4);
    for (const frame of one.frames.slice(one.at, one.at + burst)) frames.push(moved(frame, one.n));
    one.at += burst;
    frames.push(between);
  }
  for (let i = 0; i < damage; i++) {
    const { bytes } = frames[below(frames.length)] as Taken;
    if (bytes !== between.bytes) bytes[14 + below(bytes.length - 14)] = below(256);
  }
  return { capture: pcapng(frames), secrets: all.map((f) => f.secrets ?? '').join('\n') };
}

/** Sessions under their real ciphers: what was said in a recording is changed, and sealed again with its keys. */

import { plainCapture } from '../support/above.ts';
import { concat } from '../support/packets.ts';
import { segmentsOfTalk } from '../support/talk.ts';
import { ascii, str, u32 } from '../support/two-ends.ts';
import { split } from '../support/variants.ts';
import { mutateField } from './fields.ts';
import { mutate, pick, type Random } from './mutate.ts';
import { CLEAR, deflater, plainPacket, type Sealing, sealingOf } from './sealing.ts';
import type { Recording, Said } from './seeds.ts';
import { captureOf, tricked } from './segments.ts';

/** Something to send: a payload, and what is to be spoilt of its packet. */
interface Sent extends Said {
  readonly spoil?: 'plain' | 'wire';
}

type Wire = readonly ['c' | 's', Uint8Array];

type Trick = (all: Sent[], at: number, random: Random, other: Recording) => void;

const put = (all: Sent[], at: number, parts: Partial<Sent>) => all.splice(at, 1, { ...(all[at] as Sent), ...parts });

/** What is done to the messages of a session; to one field most often. */
const TRICKS: readonly Trick[] = [
  field,
  field,
  field,
  field,
  (all, at, random, other) => put(all, at, { bytes: mutate((all[at] as Sent).bytes, random, pick(other.said, random).bytes) }),
  (all, at) => all.splice(at, 1),
  (all, at, random) => all.splice(Math.floor(random() * all.length), 0, all[at] as Sent),
  (all, at) => all.splice(at, 0, ...Array.from({ length: 40 }, () => all[at] as Sent)),
  (all, at) => all.splice(at, 2, ...all.slice(at, at + 2).reverse()),
  spliced,
  spliced,
  (all, at, random) => put(all, at, { bytes: concat(Uint8Array.of(Math.floor(random() * 110)), (all[at] as Sent).bytes.subarray(1)) }),
  (all, at) => put(all, at, { side: (all[at] as Sent).side === 'c' ? 's' : 'c' }),
  (all, at) => put(all, at, { spoil: 'plain' }),
  (all, at) => put(all, at, { spoil: 'wire' }),
];

function field(all: Sent[], at: number, random: Random, other: Recording): void {
  put(all, at, { bytes: mutateField(all[at] as Sent, random, pick(other.said, random)) });
}

/** Up to eight messages of another session, under the keys that hold here. */
function spliced(all: Sent[], at: number, random: Random, other: Recording): void {
  const { epoch, packed } = all[at] as Sent;
  const from = Math.floor(random() * other.said.length);
  const more = other.said.slice(from, from + 1 + Math.floor(random() * 8)).filter((one) => one.number !== 20 && one.number !== 21);
  all.splice(at, 0, ...more.map((one) => ({ ...one, epoch, packed })));
}

/** What the two ends of `recording` send after some tricks with their messages. */
export function wireOf(recording: Recording, other: Recording, random: Random): Wire[] {
  const all: Sent[] = [...recording.said];
  // What stands in clear decides over the keys: mostly it stays as it was.
  const first =
    random() < 0.9
      ? Math.max(
          0,
          all.findIndex((one) => one.epoch > 0),
        )
      : 0;
  do {
    const at = first + Math.floor(random() * (all.length - first));
    if (at < all.length) pick(TRICKS, random)(all, at, random, other);
  } while (random() < 0.7);
  return sealed(recording, all, random);
}

/** What the two ends of `recording` send when they say `all`. */
export function sealed(recording: Recording, all: readonly Sent[], random: Random): Wire[] {
  const sealer = new Sealer(recording, random);
  return [...recording.lines, ...all.map((one): Wire => [one.side, sealer.seal(one)])];
}

/** Seals what both ends send, in their order. */
class Sealer {
  private readonly recording: Recording;
  private readonly random: Random;
  private readonly sealings = new Map<string, Sealing>();
  private readonly deflaters = new Map<string, (payload: Uint8Array) => Uint8Array>();
  private readonly sequence = { c: 0, s: 0 };
  private readonly epoch = { c: 0, s: 0 };

  constructor(recording: Recording, random: Random) {
    this.recording = recording;
    this.random = random;
  }

  seal({ side, epoch, packed, bytes, spoil }: Sent): Uint8Array {
    const { random } = this;
    // OpenSSH PROTOCOL section 1.10: strict KEX starts the sequence numbers of each epoch at 0.
    if (epoch !== this.epoch[side] && this.recording.strict) this.sequence[side] = 0;
    this.epoch[side] = epoch;
    const sealing = this.sealing(side, epoch);
    const payload = packed ? this.deflater(side, epoch)(bytes) : bytes;
    const plain = plainPacket(payload, sealing);
    const sealed = sealing.seal(this.sequence[side]++, spoil === 'plain' ? headSpoilt(plain, random) : plain);
    return spoil === 'wire' ? mutate(sealed, random, plain) : sealed;
  }

  private sealing(side: 'c' | 's', epoch: number): Sealing {
    const key = `${side}${epoch}`;
    const exchange = this.recording.exchanges[epoch - 1];
    const known = this.sealings.get(key) ?? (exchange === undefined ? CLEAR : sealingOf(side, exchange[side], exchange.keys));
    this.sealings.set(key, known);
    return known;
  }

  private deflater(side: 'c' | 's', epoch: number): (payload: Uint8Array) => Uint8Array {
    const key = `${side}${epoch}`;
    const known = this.deflaters.get(key) ?? deflater();
    this.deflaters.set(key, known);
    return known;
  }
}

/** With another padding_length or packet_length, the packet as long as before. */
function headSpoilt(plain: Uint8Array, random: Random): Uint8Array {
  const out = plain.slice();
  if (random() < 0.7) out[4] = pick([0, 1, 3, 200, 255, out.length % 256], random);
  else out.set(u32(pick([0, 1, 12, out.length, 262_144, 0xffffffff], random)));
  return out;
}

/** A capture in which `wire` is sent, in segments of any size, and some of them do not arrive as they should. */
export function sessionCapture(wire: readonly Wire[], random: Random): Uint8Array {
  const segments = segmentsOfTalk(wire, { syn: random() < 0.95, fin: random() < 0.7 });
  const cut = split(segments, pick([60_000, 60_000, 1460, 200], random));
  return captureOf(random() < 0.3 ? tricked(cut, 1 + Math.floor(random() * 4), random) : cut);
}

/** A capture in which `wire` goes through a channel of a session that does not encrypt. */
export function nestedCapture(wire: readonly Wire[]): Uint8Array {
  const port = u32(22);
  const target = concat(str(ascii('inner.example')), port, str(ascii('10.9.8.7')), u32(40_000));
  const data = (to: number, bytes: Uint8Array) => concat(Uint8Array.of(94), u32(to), str(bytes.subarray(0, 32_000)));
  return plainCapture([
    ['c', concat(Uint8Array.of(90), str(ascii('direct-tcpip')), u32(7), u32(2 ** 31), u32(2 ** 20), target)],
    ['s', concat(Uint8Array.of(91), u32(7), u32(3), u32(2 ** 31), u32(2 ** 20))],
    ...wire.map(([side, bytes]): Wire => [side, data(side === 'c' ? 3 : 7, bytes)]),
    ['c', concat(Uint8Array.of(97), u32(3))],
    ['s', concat(Uint8Array.of(97), u32(7))],
  ]);
}

/** A KEXINIT that has its lists in common with others gives back the bytes that it was read from. */
import { toHex } from '../../src/bytes/hex.ts';
import { decodeKexInit, sentKexInit } from '../../src/ssh/kexinit.ts';
import { kexInit } from '../../src/ssh/messages/transport.ts';
import type { KexInit } from '../../src/ssh/negotiate.ts';
import { encode } from '../../src/wire/codec.ts';
import { concat } from '../support/packets.ts';
import { SAMPLES } from '../support/samples.ts';

const KEXINITS = SAMPLES.filter(({ payload }) => payload[0] === kexInit.number).map(({ payload }) => payload);

/** A packet in clear around `payload`, with `padding` bytes behind it. */
function packetOf(payload: Uint8Array, padding: number): Uint8Array {
  const out = new Uint8Array(5 + payload.length + padding).fill(padding);
  new DataView(out.buffer).setUint32(0, out.length - 4);
  out.set(payload, 5);
  return out;
}

/** What is kept of a KEXINIT whose bytes are gone, and its packet as it was. */
function sent(payload: Uint8Array, padding: number) {
  // A Buffer, as files give it: its slices share its memory.
  const packet = Buffer.from(packetOf(payload, padding));
  const before = toHex(packet);
  const { value } = decodeKexInit(kexInit.body, packet, 6, 5 + payload.length);
  const kept = sentKexInit(value as unknown as KexInit, { encrypted: false, payloadBytes: packet.subarray(5, 5 + payload.length), clearBytes: packet });
  packet.fill(0xee);
  return { kept, before };
}

test('there are recorded ones of both sides', () => {
  expect(KEXINITS.length).toBeGreaterThan(1);
});

test.each(KEXINITS.map((payload) => [payload]))('payload and packet are whole, and nothing is kept of the bytes', (payload) => {
  const other = payload.slice();
  other.fill(7, 1, 17);
  const both = [payload, other].map((one, i) => ({ one, ...sent(one, 4 + 5 * i) }));
  for (const { one, kept, before } of both) {
    expect(toHex(kept.payload)).toBe(toHex(one));
    expect(toHex(kept.packet)).toBe(before);
    expect(toHex(kept.lists.cookie)).toBe(toHex(one.subarray(1, 17)));
  }
  expect(both[0]?.kept.lists.kexAlgorithms).toBe(both[1]?.kept.lists.kexAlgorithms);
});

test('one that is larger than those of programs is not remembered, and whole like them', () => {
  const [first] = KEXINITS;
  const { value } = decodeKexInit(kexInit.body, first ?? new Uint8Array(), 1, first?.length ?? 0);
  const kexAlgorithms = Array.from({ length: 2000 }, (_, i) => `kex-${i}`);
  const payload = concat(Uint8Array.of(20), encode(kexInit.body, { ...value, kexAlgorithms } as never));
  const [one, other] = [sent(payload, 4), sent(payload, 4)];
  expect(toHex(one.kept.payload)).toBe(toHex(payload));
  expect(toHex(one.kept.packet)).toBe(one.before);
  expect(one.kept.lists.kexAlgorithms).not.toBe(other.kept.lists.kexAlgorithms);
  expect(one.kept.lists).toEqual(other.kept.lists);
});

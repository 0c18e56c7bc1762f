/**
 * Sessions made of samples of every message, or of what was said in a recorded one, with some messages mutated, in correct
 * packets and frames: what reaches the SSH layer.
 */
import { utf8 } from '../../src/bytes/text.ts';
import { ssh1Crc } from '../../src/ssh/crypto/crc32.ts';
import { pcap } from '../support/capture-files.ts';
import { big, concat } from '../support/packets.ts';
import { SAMPLES, SSH1_SAMPLES } from '../support/samples.ts';
import { kexInitPayload, packet, type Said, segmentsOfTalk } from '../support/talk.ts';
import { framesOf } from '../support/variants.ts';
import { mutate, pick, type Random } from './mutate.ts';
import { deflater } from './sealing.ts';

/** Something that was said in a recorded session after its first key exchange. */
export type Utterance = readonly [side: 'c' | 's', payload: Uint8Array];

const METHODS = [...new Set(SAMPLES.map((s) => s.kex).filter((kex) => kex !== ''))];
/** Messages whose number always means the same, but those that change the keys. */
const COMMON = SAMPLES.filter((s) => s.kex === '' && s.payload[0] !== 20 && s.payload[0] !== 21).map((s) => s.payload);
const NEWKEYS = Uint8Array.of(21);
const COMPRESSIONS = ['none', 'none', 'zlib', 'zlib@openssh.com'];

/**
 * A capture of a session whose ends negotiate to send in clear, so that all messages of RFC 4250 are read without a secret.
 * `recorded` are sessions to take the words of.
 */
export function talkCapture(random: Random, recorded: readonly (readonly Utterance[])[]): Uint8Array {
  const said = random() < 0.1 ? ssh1Talk(random) : ssh2Talk(random, recorded);
  return pcap(framesOf(segmentsOfTalk(said, { syn: random() < 0.9, fin: random() < 0.5 })));
}

function ssh2Talk(random: Random, recorded: readonly (readonly Utterance[])[]): Said[] {
  const said: Said[] = [
    ['c', identification('SSH-2.0-lab_1.0 of the client\r\n', random)],
    ['s', identification('SSH-2.0-lab_1.0\r\n', random)],
  ];
  const compression = pick(COMPRESSIONS, random);
  const deflaters = { c: deflater(), s: deflater() };
  for (let rounds = 1 + Math.floor(random() * 3); rounds > 0; rounds--) {
    exchange(said, compression, random);
    for (const [side, payload] of random() < 0.6 ? pick(recorded, random) : samples(random)) {
      if (random() < 0.03) continue;
      const sent = maybe(payload, random, 0.15);
      const packed = compression === 'none' || random() < 0.05 ? sent : maybe(deflaters[side](sent), random, 0.03);
      said.push([side, maybe(packet(packed), random, 0.02)]);
    }
  }
  return said;
}

/** Up to 25 messages that anybody may send at any time, or should not. */
function samples(random: Random): Utterance[] {
  return Array.from({ length: Math.floor(random() * 25) }, () => [random() < 0.5 ? 'c' : 's', pick(COMMON, random)]);
}

function exchange(said: Said[], compression: string, random: Random): void {
  const kex = pick(METHODS, random);
  const algorithms = { kex: [kex, ...(random() < 0.1 ? ['kex-strict-c-v00@openssh.com', 'kex-strict-s-v00@openssh.com'] : [])] };
  const lists = { ...algorithms, encryptionAlgorithms: ['none'], macAlgorithms: ['none'], compressionAlgorithms: [compression] };
  for (const side of ['c', 's'] as const) said.push([side, packet(maybe(kexInitPayload(lists, random() < 0.1), random, 0.1))]);
  for (const [i, sample] of SAMPLES.filter((s) => s.kex === kex).entries()) {
    if (random() < 0.9) said.push([i % 2 === 0 ? 'c' : 's', packet(maybe(sample.payload, random))]);
  }
  for (const side of ['c', 's'] as const) if (random() < 0.95) said.push([side, packet(NEWKEYS)]);
}

/** RFC-less SSH-1: length, padding to eight bytes, type and data, CRC-32. */
function ssh1Talk(random: Random): Said[] {
  const said: Said[] = [
    ['s', identification('SSH-1.5-lab\r\n', random)],
    ['c', identification('SSH-1.5-lab\n', random)],
  ];
  for (let n = Math.floor(random() * 12); n > 0; n--) {
    const payload = maybe(pick(SSH1_SAMPLES, random), random);
    const body = concat(new Uint8Array(8 - ((payload.length + 4) % 8)), payload);
    said.push([random() < 0.5 ? 'c' : 's', maybe(concat(big(payload.length + 4, 4), body, big(ssh1Crc(body), 4)), random, 0.1)]);
  }
  return said;
}

function identification(line: string, random: Random): Uint8Array {
  const greeting = random() < 0.1 ? 'Only for those who may.\r\n'.repeat(1 + Math.floor(random() * 5)) : '';
  return maybe(utf8(greeting + line), random, 0.05);
}

/** `bytes`, mutated with the likelihood `chance`. */
function maybe(bytes: Uint8Array, random: Random, chance = 0.3): Uint8Array {
  return random() < chance ? mutate(bytes, random, pick(COMMON, random)) : bytes;
}

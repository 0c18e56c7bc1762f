/** Messages above the transport, said in a session without encryption, so that tests need no keys. */
import type { Collected, DissectOptions } from '../../src/index.ts';
import type { MessageDef } from '../../src/ssh/message.ts';
import { type Header, SshPacket } from '../../src/ssh/packet.ts';
import { Chunk } from '../../src/stream/chunk.ts';
import { Taken } from '../../src/stream/queue.ts';
import { pcap } from './capture-files.ts';
import { aSession } from './model.ts';
import { SAMPLES } from './samples.ts';
import { dissectTalk, kexInitPayload, packet, type Said, segmentsOfTalk, type TalkOptions } from './talk.ts';
import { framesOf } from './variants.ts';

const PLAIN = kexInitPayload({ encryptionAlgorithms: ['none'], macAlgorithms: ['none'] });
const NEWKEYS = packet(Uint8Array.of(21));

/** Messages 30 and 31 of curve25519-sha256. */
export const EXCHANGE = [30, 31].map((n) => SAMPLES.find((s) => s.kex === 'curve25519-sha256' && s.payload[0] === n)?.payload);

const [init = new Uint8Array(0), reply = new Uint8Array(0)] = EXCHANGE;

type Payloads = readonly (readonly ['c' | 's', Uint8Array])[];

/** A session in which `said` (payloads) is said behind a key exchange that agreed on no encryption, and `early` before it. */
export function plainTalk(said: Payloads, early: Payloads = [], options: DissectOptions & TalkOptions = {}): Promise<Collected> {
  return dissectTalk(plainScript(said, early), options);
}

/** The same as a capture file. */
export function plainCapture(said: Payloads, options: TalkOptions = {}): Uint8Array {
  return pcap(framesOf(segmentsOfTalk(plainScript(said, []), options)));
}

function plainScript(said: Payloads, early: Payloads): Said[] {
  const packets = (list: Payloads) => list.map(([from, payload]) => [from, packet(payload)] as const satisfies Said);
  return [
    ['c', 'SSH-2.0-client\r\n'],
    ['s', 'SSH-2.0-server\r\n'],
    ...packets(early),
    ...packets([
      ['c', PLAIN],
      ['s', PLAIN],
      ['c', init],
      ['s', reply],
    ]),
    ['c', NEWKEYS],
    ['s', NEWKEYS],
    ...packets(said),
  ];
}

/** `payload` as a packet that was read as `def`. */
export function openTalk(payload: Uint8Array, def: MessageDef | undefined): SshPacket {
  const bytes = packet(payload);
  const header: Header = { session: aSession(), from: 'a', epoch: 1, sequence: 0, protocol: 2, encrypted: false, mac: 'none' };
  const out = new SshPacket(
    header,
    { length: bytes.length - 4, padding: bytes[4] ?? 0, payload: { start: 5, end: 5 + payload.length } },
    new Taken(bytes.length, bytes, 0, new Chunk('a', 0, bytes, 0, bytes.length, { frame: 1, seconds: 0, nanos: 0 }, []), [0, bytes.length, 1, 54], true),
  );
  out.open(def);
  return out;
}

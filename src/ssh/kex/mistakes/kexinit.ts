/** Mistakes in the KEXINIT payloads I_C and I_S. */
import { type HashPart, prefixed } from '../hash-parts.ts';
import { encodeAs, type Mistake } from './draft.ts';

const INITS = [
  ['I_C', ['iC']],
  ['I_S', ['iS']],
  ['I_C and I_S', ['iC', 'iS']],
] as const;

function initRows(name: string, sentence: string, change: (p: HashPart, packet: Uint8Array | undefined) => Uint8Array | undefined): Mistake[] {
  return INITS.map(([which, ids]) => ({
    name: `${which} ${name}`,
    sentence: `${which} ${sentence}`,
    rfc: '4253#8',
    make: (d, t) => encodeAs(d, ids, (p) => change(p, p.id === 'iC' ? t.packetC : t.packetS)),
  }));
}

const PAYLOAD = 'the payload alone is meant, from the message number on';

export const KEXINIT: readonly Mistake[] = [
  ...initRows('with packet framing', `was hashed as the whole packet, with packet_length, padding_length and padding: ${PAYLOAD}`, (_, packet) =>
    packet === undefined ? undefined : prefixed(packet),
  ),
  ...initRows('with padding_length and padding', `was hashed with padding_length and padding: ${PAYLOAD}`, (_, packet) =>
    packet === undefined ? undefined : prefixed(packet.subarray(4)),
  ),
  ...initRows('with padding', `was hashed with the padding behind it: ${PAYLOAD}`, (_, packet) =>
    packet === undefined ? undefined : prefixed(packet.subarray(5)),
  ),
  ...initRows('with padding_length', `was hashed with padding_length in front: ${PAYLOAD}`, (p, packet) =>
    packet === undefined ? undefined : prefixed(packet.subarray(4, 5 + p.value.length)),
  ),
  ...initRows('without message number', 'was hashed without its message number, the byte 20: it belongs to the payload', (p) => prefixed(p.value.subarray(1))),
];

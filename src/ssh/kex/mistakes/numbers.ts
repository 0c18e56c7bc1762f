/** Mistakes in public numbers and points. */
import { mpintContent, prefixed } from '../hash-parts.ts';
import type { Transcript } from '../transcript.ts';
import { type Draft, encodeAs, type Mistake } from './draft.ts';

const UNSIGNED = 'without the zero byte that keeps an mpint positive when its first bit is set';

export const NUMBERS: readonly Mistake[] = [
  ...[['e'], ['f'], ['e', 'f'], ['p'], ['p', 'g', 'e', 'f']].map((ids) => ({
    name: `${ids.join(', ')} as string`,
    sentence: `${ids.join(', ')} went into the hash as a string, ${UNSIGNED}`,
    rfc: '4251#5',
    make: (d: Draft) => encodeAs(d, ids, (p) => (p.kind === 'mpint' && p.value[0] === 0 ? prefixed(p.value.subarray(1)) : undefined)),
  })),
  ...[['qC'], ['qS'], ['qC', 'qS']].map((ids) => ({
    name: `${ids.map((id) => (id === 'qC' ? 'Q_C' : 'Q_S')).join(', ')} as mpint`,
    sentence: `${ids.map((id) => (id === 'qC' ? 'Q_C' : 'Q_S')).join(' and ')} went into the hash as a number: public points are strings`,
    rfc: '8731#3',
    make: (d: Draft) => encodeAs(d, ids, (p) => prefixed(mpintContent(p.value))),
  })),
  {
    name: 'numbers as on the wire',
    sentence: 'a number was hashed with the unnecessary zeros that it was sent with: an mpint has none',
    rfc: '4251#5',
    make: (d, t) =>
      encodeAs(d, ['e', 'f', 'p', 'g'], (p) => {
        const sent = t.messages.get(p.message ?? '')?.fields.get(p.field ?? '')?.bytes;
        return sent === undefined ? undefined : prefixed(sent);
      }),
  },
  {
    name: 'discarded guess used',
    sentence: 'the guessed key exchange packet, which was wrong and had to be ignored, went into the hash in place of the one that followed',
    rfc: '4253#7',
    make: useDiscarded,
  },
];

/** The value of the client's discarded packet in place of the one that counted; methods whose first message has one value. */
function useDiscarded(d: Draft, t: Transcript): Draft | undefined {
  const guess = [...t.discarded.values()][0];
  const value = guess?.fields.values().next().value?.bytes;
  if (value === undefined) return undefined;
  return encodeAs(d, ['e', 'qC'], (p) => prefixed(p.kind === 'mpint' ? mpintContent(value) : value));
}

/** Mistakes in the identification strings V_C and V_S. */
import { concat } from '../../../bytes/concat.ts';
import { latin1, latin1Bytes } from '../../../bytes/text.ts';
import { prefixed } from '../hash-parts.ts';
import type { Transcript } from '../transcript.ts';
import { type Change, type Draft, encodeAs, type Mistake } from './draft.ts';

const VERSIONS = [
  ['V_C', ['vC']],
  ['V_S', ['vS']],
  ['V_C and V_S', ['vC', 'vS']],
] as const;

/** Other ways to cut an identification string out of the stream. */
function versionRows(name: string, sentence: string, change: Change): Mistake[] {
  return VERSIONS.map(([which, ids]) => ({ name: `${which} ${name}`, sentence: `${which} ${sentence}`, rfc: '4253#8', make: (d) => encodeAs(d, ids, change) }));
}

const EXCLUDED = 'RFC 4253 section 8 leaves CR and LF out';

function ending(bytes: string): Change {
  return (p) => prefixed(concat([p.value, latin1Bytes(bytes)]));
}

/** Lines before the identification string: which of them was taken for it. */
function preamble(which: 'first' | 'last'): Mistake['make'] {
  return (d, t) =>
    encodeAs(d, ['vC', 'vS'], (p) => {
      const raw = p.id === 'vC' ? t.rawC : t.rawS;
      const lines = raw === undefined ? [] : latin1(raw).split(/\r?\n/);
      const at = lines.indexOf(latin1(p.value));
      const line = at < 1 ? undefined : lines[which === 'first' ? 0 : at - 1];
      return line === undefined ? undefined : prefixed(latin1Bytes(line));
    });
}

function withPreamble(d: Draft, t: Transcript): Draft | undefined {
  return encodeAs(d, ['vC', 'vS'], (p) => {
    const raw = p.id === 'vC' ? t.rawC : t.rawS;
    return raw === undefined ? undefined : prefixed(latin1Bytes(latin1(raw).replace(/\r?\n$/, '')));
  });
}

export const IDENTIFICATION: readonly Mistake[] = [
  ...versionRows('with CR', `was hashed with the CR of its line end: ${EXCLUDED}`, ending('\r')),
  ...versionRows('with CR LF', `was hashed with its line end CR LF: ${EXCLUDED}`, ending('\r\n')),
  ...versionRows('with LF', `was hashed with the LF of its line end: ${EXCLUDED}`, ending('\n')),
  ...versionRows('with NUL', 'was hashed with a NUL byte at its end, as C ends strings', ending('\0')),
  ...versionRows('without comments', 'was hashed without what follows the first space: the comments belong to it (RFC 4253 section 4.2)', (p) => {
    const space = p.value.indexOf(0x20);
    return space < 0 ? undefined : prefixed(p.value.subarray(0, space));
  }),
  ...versionRows('without "SSH-2.0-"', 'was hashed without "SSH-2.0-" in front: the whole line is meant', (p) => {
    const [, software] = /^SSH-[^-]*-(.*)$/s.exec(latin1(p.value)) ?? [];
    return software === undefined ? undefined : prefixed(latin1Bytes(software));
  }),
  {
    name: 'first preamble line as version',
    sentence:
      'the first line that the server sent was taken for V_S: lines may come before the identification string, and only the one that begins with "SSH-" counts',
    rfc: '4253#4.2',
    make: preamble('first'),
  },
  {
    name: 'last preamble line as version',
    sentence: 'the line before the identification string was taken for V_S: only the one that begins with "SSH-" counts',
    rfc: '4253#4.2',
    make: preamble('last'),
  },
  {
    name: 'version with preamble',
    sentence: 'V_S was hashed together with the lines before it: only the one that begins with "SSH-" counts',
    rfc: '4253#4.2',
    make: withPreamble,
  },
];

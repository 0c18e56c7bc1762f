/** Which of the derived keys that are given for an exchange are not its own, as far as the first packet under them tells. */
import type { Trial } from './derived-keys.ts';
import type { Direction } from './direction.ts';
import { evidence, saysMuch } from './evidence.ts';
import { LETTERS_OF } from './keys.ts';
import type { SshSession } from './session.ts';
import { plausibleLength } from './shape.ts';

const OWN = 'that of this direction of the exchange';
/** What else it may be, where no MAC was right. */
const ALTERED = ', or the first packet was altered';

/** Keys that name no exchange and are looked at here: most are of others. */
const MOST = 16;

/**
 * Why those of `trials` that are of the exchange of `d` do not open it, whose encrypted bytes are in its queue: keys that name the exchange,
 * or of which one fits. Undefined when there are none.
 */
export function wrongLetters(session: SshSession, d: Direction, trials: readonly Trial[]): string | undefined {
  const letters = trials.filter(({ offered }) => offered.kind === 'keys');
  const named = letters.find(({ offered }) => offered.cookie !== undefined);
  for (const trial of named === undefined ? letters.slice(0, MOST) : [named]) {
    const { fits, words } = verdictOn(session, d, trial);
    if (fits || trial === named) return `the derived keys of ${trial.offered.origin} ${words}`;
  }
  return undefined;
}

/** What the first packet says of one: whether some of its letters fit, and what is wrong with the others. */
function verdictOn(session: SshSession, d: Direction, trial: Trial): { readonly fits: boolean; readonly words: string } {
  const { opener, shape, suite } = trial;
  const letters = LETTERS_OF[session.sideOf(d.end)];
  const cipherKey = `the encryption key (letter ${letters.key})`;
  const or = suite.cipher.ivLength > 0 ? `${cipherKey} or the IV (letter ${letters.iv})` : cipherKey;
  const macKey = `the MAC key (letter ${letters.mac})`;
  if (shape.mode === 'none') return { fits: false, words: `do not fit: ${macKey} is not ${OWN}${ALTERED}` };
  if (shape.mode === 'chacha') return wrongHalf(d, trial, cipherKey);
  if (suite.mac === undefined || opener.unchecked === true) return { fits: false, words: `do not open it: ${or} is not ${OWN}${ALTERED}` };
  const bytes = d.queue.view(d.queue.length);
  // Encrypt-then-MAC: the MAC is over what was sent.
  if (shape.clear && fitsMac(trial, d.sequence, bytes)) return { fits: true, words: `do not open it: ${or} is not ${OWN}; ${macKey} is` };
  if (saysMuch(evidence(opener.clone(), d.sequence, bytes, { ...shape, checked: false }, false).bits))
    return { fits: true, words: `do not open it: ${macKey} is not ${OWN}${ALTERED}; what the others decrypt reads as a message` };
  if (shape.clear) return { fits: false, words: `do not open it: ${macKey} is not ${OWN}, nor is ${or}${ALTERED}` };
  return { fits: false, words: `do not open it: ${or} is not ${OWN}, so that ${macKey} could not be tried${ALTERED}` };
}

/** K_1, which encrypts lengths, is the second half of the key, and K_2 the first (draft-ietf-sshm-chacha20-poly1305). */
function wrongHalf(d: Direction, { opener, shape }: Trial, cipherKey: string): { readonly fits: boolean; readonly words: string } {
  const head = d.queue.view(Math.min(opener.headLength, d.queue.length));
  const fits = head.length === opener.headLength && plausibleLength(shape, opener.length(d.sequence, head));
  const [wrong, right] = fits ? ['first', '; the second half, for the lengths, is'] : ['second', ''];
  return { fits, words: `do not open it: the ${wrong} half of ${cipherKey}${fits ? '' : ', for the lengths,'} is not ${OWN}${right}${ALTERED}` };
}

/** Whether the MAC of the first packet in `bytes` is right. */
function fitsMac({ opener, shape }: Trial, sequence: number, bytes: Uint8Array): boolean {
  if (bytes.length < opener.headLength) return false;
  const length = opener.length(sequence, bytes);
  return plausibleLength(shape, length) && opener.clone().open(sequence, bytes.subarray(0, 4 + length + shape.tail)).authentic;
}

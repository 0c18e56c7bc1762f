/** The six letters of RFC 4253 section 7.2 in one JSON object a file: the answers of the SSH heap dump data set. */
import { type DerivedKeys, type Draft, LETTERS, type Letter } from '../item.ts';
import { type Collector, countValue, hexValue, type JsonObject, type JsonSpelling, type Outcome, textValue } from '../spelling.ts';

/** `KEY_A` to `KEY_F` in hex, empty for what an AEAD cipher does not need, among addresses and offsets; numbers are strings. */
export const letters: JsonSpelling = {
  form: 'json',
  name: 'six letters',
  description: 'KEY_A to KEY_F with their lengths and addresses, one object a file: the data set of OpenSSH heap dumps (SmartKex).',
  example: '{"KEY_A":"101112131415161718191a1b1c1d1e1f","KEY_A_LEN":"16","KEY_C":"000102030405060708090a0b0c0d0e0f","KEY_C_LEN":"16","SSH_PID":"14987"}',
  read(object, line, out) {
    return LETTERS.some((l) => `KEY_${l}` in object) ? readLetters(object, line, out) : undefined;
  },
};

function readLetters(object: JsonObject, line: number, out: Collector): Outcome {
  const found = letterFields(object, 'KEY_');
  if (typeof found === 'string') return found;
  const item: Draft<DerivedKeys> = { kind: 'keys', source: out.source(line), letters: found };
  const first = textValue(object.ENCRYPTION_KEY_1_NAME);
  const second = textValue(object.ENCRYPTION_KEY_2_NAME);
  // Nothing says which of the two is whose; as a rule they are the same.
  if (first !== undefined && first === second) item.ciphers = { client: first, server: first };
  const pid = countValue(object.SSH_PID);
  if (pid !== undefined) item.process = { pid };
  out.add(item);
  return true;
}

/** The letters of `object` under `prefix`, or why they cannot be read. */
export function letterFields(object: JsonObject, prefix: string): Partial<Record<Letter, Uint8Array>> | string {
  const out: Partial<Record<Letter, Uint8Array>> = {};
  for (const letter of LETTERS) {
    const bytes = hexValue(object[prefix + letter]);
    if (bytes === null) return `${prefix}${letter} is not a string of hex`;
    if (bytes !== undefined) out[letter] = bytes;
  }
  return Object.keys(out).length === 0 ? `none of ${prefix}A to ${prefix}F has a value` : out;
}

/** friTap's lines for derived keys, which stand beside its SHARED_SECRET lines. */
import { fromHex } from '../../bytes/hex.ts';
import type { Letter } from '../item.ts';
import type { LineSpelling } from '../spelling.ts';
import { LetterGatherer } from './gather.ts';

/** The letter of RFC 4253 section 7.2 for each label; client to server is written C2S. */
const LABELS: Readonly<Record<string, Letter>> = {
  SSH_IV_C2S: 'A',
  SSH_IV_S2C: 'B',
  SSH_ENC_KEY_C2S: 'C',
  SSH_ENC_KEY_S2C: 'D',
  SSH_MAC_KEY_C2S: 'E',
  SSH_MAC_KEY_S2C: 'F',
};

/** `<label> <hex>`: what SshKeylogFormatter of friTap writes for each key that its cipher_init hook sees. */
export const fritap: LineSpelling = {
  form: 'line',
  name: 'friTap derived keys',
  description: 'Encryption keys and IVs by direction, one a line, of the process that friTap was attached to.',
  example: 'SSH_ENC_KEY_C2S 000102030405060708090a0b0c0d0e0f\nSSH_IV_C2S 101112131415161718191a1b1c1d1e1f',
  open(out) {
    const gatherer = new LetterGatherer(out);
    return {
      read(line) {
        const [label = '', value, more] = line.words;
        if (!label.startsWith('SSH_')) return undefined;
        const letter = Object.hasOwn(LABELS, label) ? LABELS[label] : undefined;
        if (letter === undefined) return undefined;
        const bytes = value === undefined || more !== undefined ? undefined : fromHex(value);
        if (bytes === undefined || bytes.length === 0) return `${label} is not followed by one value in hex`;
        gatherer.letter(letter, bytes, line.number);
        return true;
      },
    };
  },
};

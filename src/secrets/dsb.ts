/** Secrets inside the capture: the Decryption Secrets Block of pcapng. */
import type { SecretsBlock } from '../capture/frame.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { problem } from '../wire/problem.ts';
import { readSecrets, type SecretsRead } from './read.ts';

/** "SSHK": the data is the text of an SSH key log (pcapng draft, section 4.7; secrets-types.h of Wireshark). */
export const SECRETS_TYPE_SSH = 0x5353484b;

/** What the other registered types hold. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [0x544c534b, 'a TLS key log'],
  [0x57474b4c, 'a WireGuard key log'],
  [0x5a4e574b, 'a ZigBee network key'],
  [0x5a415053, 'a ZigBee APS key'],
  [0x55414b4c, 'an OPC UA key log'],
]);

/** The secrets of `block`; for one of another protocol nothing, and a note that says what it holds. */
export function readSecretsBlock(block: SecretsBlock, limits: Limits = DEFAULT_LIMITS): SecretsRead {
  const file = `secrets block at offset ${block.offset}`;
  if (block.type === SECRETS_TYPE_SSH) return readSecrets(block.data, file, limits);
  const type = `0x${block.type.toString(16).padStart(8, '0')}`;
  const holds = OTHER_TYPES.get(block.type);
  const message = `the ${file} holds ${holds ?? 'secrets of a kind that sshark does not know'} (type ${type}), not an SSH key log`;
  return {
    items: [],
    problems: [problem('unknown', message, { offset: block.offset })],
    spellings: [],
    lines: { total: 0, read: 0, comments: 0, blank: 0, unread: 0 },
  };
}

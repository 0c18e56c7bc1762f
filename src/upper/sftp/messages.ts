/** The messages of SFTP in each version. */
import type { MessageDef } from '../../ssh/message.ts';
import type { Version } from './attributes.ts';
import { requestsOf } from './requests.ts';
import { responsesOf } from './responses.ts';

export type MessageTable = ReadonlyMap<number, MessageDef>;

const tables = new Map<string, MessageTable>();

/** The messages of `version` by number, without answers to extended requests; `reversed` as in `requestsOf`. */
export function messagesOf(version: Version, reversed: boolean): MessageTable {
  const key = `${version} ${reversed}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const made = new Map([...requestsOf(version, reversed), ...responsesOf(version)].map((def) => [def.number, def]));
  tables.set(key, made);
  return made;
}

/** True for the numbers of messages, in any version. */
export function isMessageNumber(number: number): boolean {
  return (number >= 1 && number <= 23) || (number >= 101 && number <= 105) || number === 200 || number === 201;
}

/** True for the numbers of answers. */
export function isResponse(number: number): boolean {
  return number === 2 || (number >= 101 && number <= 105) || number === 201;
}

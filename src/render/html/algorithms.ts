/** The algorithms that a session names, with what the tables know of them. */
import type { Algorithm } from '../../ssh/algorithm.ts';
import { cipher } from '../../ssh/crypto/ciphers.ts';
import { compression } from '../../ssh/crypto/compression.ts';
import { mac } from '../../ssh/crypto/macs.ts';
import { hostKeyAlgorithm } from '../../ssh/hostkey/algorithms.ts';
import { kexMethod, pseudoAlgorithm } from '../../ssh/kex/index.ts';
import type { Session } from '../../ssh/model.ts';
import type { ListName } from '../../ssh/negotiate.ts';
import { sectionText } from '../text.ts';
import { NAMES } from './bounds.ts';
import type { AlgorithmData } from './data.ts';

type Row = Pick<Algorithm, 'note' | 'rfc' | 'standing' | 'since'>;

/** Looks a name up in the table that a list of KEXINIT is about. */
function rowOf(list: ListName, name: string): Row | undefined {
  if (list === 'kexAlgorithms') return kexMethod(name) ?? pseudoAlgorithm(name);
  if (list === 'serverHostKeyAlgorithms') return hostKeyAlgorithm(name);
  if (list.startsWith('encryption')) return cipher(name);
  if (list.startsWith('mac')) return mac(name);
  return list.startsWith('compression') ? compression(name) : undefined;
}

/** Adds every known name in the lists of `s` to `found`. */
export function addAlgorithms(s: Session, found: Map<string, AlgorithmData>): void {
  for (const { negotiation } of s.exchanges) {
    for (const { list, client, server } of negotiation?.choices ?? []) {
      for (const name of [...client.slice(0, NAMES), ...server.slice(0, NAMES)]) {
        const row = found.has(name) || name === 'none' ? undefined : rowOf(list, name);
        if (row !== undefined)
          found.set(name, { note: row.note, rfc: sectionText(row.rfc), standing: row.standing, ...(row.since === undefined ? {} : { since: row.since }) });
      }
    }
  }
}

/** Algorithm negotiation: the first-match rule of RFC 4253 section 7.1, with a reason for every choice. */
import { cipher } from './crypto/ciphers.ts';
import { compression } from './crypto/compression.ts';
import { mac } from './crypto/macs.ts';
import { hostKeyAlgorithm } from './hostkey/algorithms.ts';
import { kexMethod, pseudoAlgorithm } from './kex/index.ts';
import type { Side } from './model.ts';

/** The lists of one SSH_MSG_KEXINIT (RFC 4253 section 7.1), as decoded. */
export interface KexInit {
  readonly cookie: Uint8Array;
  readonly kexAlgorithms: readonly string[];
  readonly serverHostKeyAlgorithms: readonly string[];
  readonly encryptionAlgorithmsClientToServer: readonly string[];
  readonly encryptionAlgorithmsServerToClient: readonly string[];
  readonly macAlgorithmsClientToServer: readonly string[];
  readonly macAlgorithmsServerToClient: readonly string[];
  readonly compressionAlgorithmsClientToServer: readonly string[];
  readonly compressionAlgorithmsServerToClient: readonly string[];
  readonly languagesClientToServer: readonly string[];
  readonly languagesServerToClient: readonly string[];
  readonly firstKexPacketFollows: boolean;
  readonly reserved: number;
}

export type ListName = Exclude<keyof KexInit, 'cookie' | 'firstKexPacketFollows' | 'reserved'>;

/** What came of one pair of lists. */
export interface Choice {
  readonly list: ListName;
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** The name both sides will use; undefined when nothing is common or nothing is negotiated. */
  readonly chosen: string | undefined;
  readonly reason: string;
  /** True when the lists have nothing in common and the connection must fail. */
  readonly failed: boolean;
}

/** The algorithms that one side sends with. */
export interface DirectionAlgorithms {
  readonly cipher: string | undefined;
  /** Undefined under an AEAD cipher, which needs none. */
  readonly mac: string | undefined;
  readonly compression: string | undefined;
}

/** The outcome of one pair of KEXINITs. */
export interface Negotiation {
  readonly kex: string | undefined;
  readonly hostKey: string | undefined;
  readonly client: DirectionAlgorithms;
  readonly server: DirectionAlgorithms;
  readonly choices: readonly Choice[];
  /** Two lists have nothing in common, and the connection must fail. */
  readonly failed: boolean;
  /** The sides announced a guessed packet; it is to be discarded when it is wrong (RFC 4253 section 7). */
  readonly guess: Readonly<Record<Side, 'none' | 'right' | 'wrong'>>;
  /** Both sides announced strict KEX (OpenSSH PROTOCOL section 1.10). */
  readonly strict: boolean;
}

/** The names that together put strict KEX in force: OpenSSH's (PROTOCOL section 1.10) and the draft's, which do not mix. */
const STRICT_PAIRS = [
  ['kex-strict-c-v00@openssh.com', 'kex-strict-s-v00@openssh.com'],
  ['kex-strict-c', 'kex-strict-s'],
] as const;

/** Dropbear's signal: with it from both sides a guess is right when what was agreed is the first choice of the client. */
const KEXGUESS2 = 'kexguess2@matt.ucc.asn.au';

/** Outcomes by the kex lists of both sides; equal KEXINITs share their lists (see kexinit.ts). */
const known = new WeakMap<readonly string[], WeakMap<readonly string[], Negotiation>>();

/** The outcome of the two KEXINITs: for each list the first name of the client that the server has too. */
export function negotiate(client: KexInit, server: KexInit): Negotiation {
  const ofClient = known.get(client.kexAlgorithms) ?? new WeakMap<readonly string[], Negotiation>();
  const outcome = ofClient.get(server.kexAlgorithms);
  if (outcome !== undefined) return outcome;
  const made = settle(client, server);
  known.set(client.kexAlgorithms, ofClient.set(server.kexAlgorithms, made));
  return made;
}

function settle(client: KexInit, server: KexInit): Negotiation {
  const hostKeyChoice = firstMatch('serverHostKeyAlgorithms', client, server);
  const kexChoice = chooseKex(client, server);
  const ciphers = [firstMatch('encryptionAlgorithmsClientToServer', client, server), firstMatch('encryptionAlgorithmsServerToClient', client, server)] as const;
  const macs = [
    underCipher(firstMatch('macAlgorithmsClientToServer', client, server), ciphers[0].chosen),
    underCipher(firstMatch('macAlgorithmsServerToClient', client, server), ciphers[1].chosen),
  ] as const;
  const compressions = [
    firstMatch('compressionAlgorithmsClientToServer', client, server),
    firstMatch('compressionAlgorithmsServerToClient', client, server),
  ] as const;
  const languages = [language('languagesClientToServer', client, server), language('languagesServerToClient', client, server)] as const;
  const choices = [kexChoice, hostKeyChoice, ...ciphers, ...macs, ...compressions, ...languages];
  const failed = choices.some((c) => c.failed);
  const agreed = !failed && guessRule(client, server, kexChoice.chosen, hostKeyChoice.chosen);
  const guess = (k: KexInit) => (k.firstKexPacketFollows ? (agreed ? 'right' : 'wrong') : 'none');
  return {
    kex: kexMethod(kexChoice.chosen ?? '')?.names.find((name) => name === kexChoice.chosen) ?? kexChoice.chosen,
    hostKey: hostKeyChoice.chosen,
    client: inForce(ciphers[0].chosen, macs[0].chosen, compressions[0].chosen),
    server: inForce(ciphers[1].chosen, macs[1].chosen, compressions[1].chosen),
    choices,
    failed,
    guess: { client: guess(client), server: guess(server) },
    strict: STRICT_PAIRS.some(([c, v]) => client.kexAlgorithms.includes(c) && server.kexAlgorithms.includes(v)),
  };
}

/** The names as the tables have them, as that of the method is: the very strings, so that they are found there without a look at each character. */
function inForce(cipherName: string | undefined, macName: string | undefined, compressionName: string | undefined): DirectionAlgorithms {
  return {
    cipher: cipher(cipherName ?? '')?.name ?? cipherName,
    mac: mac(macName ?? '')?.name ?? macName,
    compression: compression(compressionName ?? '')?.name ?? compressionName,
  };
}

/** Whether a guess on the first choices of both sides is right (RFC 4253 section 7; Dropbear's rule when both ask for it). */
function guessRule(client: KexInit, server: KexInit, kex: string | undefined, hostKey: string | undefined): boolean {
  if (client.kexAlgorithms.includes(KEXGUESS2) && server.kexAlgorithms.includes(KEXGUESS2)) {
    return kex === firstMethodName(client.kexAlgorithms) && hostKey === client.serverHostKeyAlgorithms[0];
  }
  return (
    firstMethodName(client.kexAlgorithms) === firstMethodName(server.kexAlgorithms) && client.serverHostKeyAlgorithms[0] === server.serverHostKeyAlgorithms[0]
  );
}

/** The first name of a kex list that is a method. */
export function firstMethodName(names: readonly string[]): string | undefined {
  return names.find((n) => pseudoAlgorithm(n) === undefined);
}

function firstMatch(list: ListName, client: KexInit, server: KexInit): Choice {
  const theirs = new Set(server[list]);
  const at = client[list].findIndex((name) => theirs.has(name));
  return choice(list, client, server, at, at <= 0 ? '' : `; the server has none of the ${at} before it`);
}

function choice(list: ListName, client: KexInit, server: KexInit, at: number, why: string): Choice {
  const chosen = at < 0 ? undefined : client[list][at];
  const reason =
    chosen === undefined
      ? nothingCommon(client[list], server[list])
      : `${at === 0 ? "the client's first choice" : `the client's choice ${at + 1}`}, and the server has it as number ${server[list].indexOf(chosen) + 1}${why}`;
  return { list, client: client[list], server: server[list], chosen, reason, failed: chosen === undefined };
}

function nothingCommon(client: readonly string[], server: readonly string[]): string {
  if (client.length === 0) return 'the client offers none';
  if (server.length === 0) return 'the server offers none';
  return 'no common algorithm: none that the client offers is offered by the server';
}

/**
 * The kex method (RFC 4253 section 7.1): the client's first that the server has too and for which there is a host key
 * algorithm of both sides that can do what the method needs, sign or encrypt. Names that only signal are no methods.
 */
function chooseKex(client: KexInit, server: KexInit): Choice {
  const list = 'kexAlgorithms';
  const theirs = new Set(server[list]);
  const hostKeys = client.serverHostKeyAlgorithms.filter((name) => server.serverHostKeyAlgorithms.includes(name));
  const passed: string[] = [];
  for (const [at, name] of client[list].entries()) {
    if (pseudoAlgorithm(name) !== undefined) continue;
    if (!theirs.has(name)) {
      passed.push(name);
      continue;
    }
    const missing = hostKeyNeed(name, hostKeys);
    if (missing === undefined) return choice(list, client, server, at, passed.length === 0 ? '' : `; passed over: ${bounded(passed)}`);
    passed.push(`${name} (${missing})`);
  }
  return choice(list, client, server, -1, '');
}

/** What the common host key algorithms lack for a method, or undefined when nothing. */
function hostKeyNeed(name: string, hostKeys: readonly string[]): string | undefined {
  // With no common host key it is the host key list that fails.
  if (hostKeys.length === 0 || kexMethod(name)?.hostKey === 'none') return undefined;
  return hostKeys.some((k) => hostKeyAlgorithm(k)?.canSign ?? true) ? undefined : 'no common host key that can sign';
}

/** An AEAD cipher brings its own integrity: whatever the MAC lists say is not used (OpenSSH PROTOCOL section 1.6, RFC 5647 section 5.1). */
function underCipher(mac: Choice, cipherName: string | undefined): Choice {
  if (cipherName === undefined || cipher(cipherName)?.aead !== true) return mac;
  return { ...mac, chosen: undefined, failed: false, reason: `none is needed: ${cipherName} authenticates what it encrypts` };
}

/** Languages are negotiated like the rest, but a miss is no failure (RFC 4253 section 7.1). */
function language(list: ListName, client: KexInit, server: KexInit): Choice {
  const match = firstMatch(list, client, server);
  return match.failed ? { ...match, failed: false, reason: 'no preference in common, which is no failure' } : match;
}

function bounded(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** One key exchange, from its KEXINITs to its NEWKEYS: what was agreed, which host key was shown, and what its secret gives. */
import { toHex } from '../bytes/hex.ts';
import type { Limits } from '../limits.ts';
import type { End } from '../stream/chunk.ts';
import { problem } from '../wire/problem.ts';
import type { Direction, Obstacle } from './direction.ts';
import { type Effort, effortForSecrets } from './effort.ts';
import { hostKeyOf } from './hostkey/blob.ts';
import { type Finding, findCulprit, unexplained } from './kex/culprit.ts';
import { hashParts, isMissing } from './kex/hash-parts.ts';
import { kexMethod } from './kex/index.ts';
import type { KexMethod } from './kex/method.ts';
import { type ExchangeInputs, type Resolution, type Resolved, resolveSecret } from './kex/resolve-secret.ts';
import type { OfferedSecret, Secrets } from './kex/secrets.ts';
import { type SentMessage, sentMessage, type Transcript } from './kex/transcript.ts';
import type { SentKexInit } from './kexinit.ts';
import type { KeySource } from './keys.ts';
import type { Exchange, HostKey, Side } from './model.ts';
import { type Negotiation, negotiate } from './negotiate.ts';
import type { SshPacket } from './packet.ts';
import type { SshSession } from './session.ts';

/** Cookies of a key log that a sentence names. */
const COOKIES_NAMED = 3;

/** Characters shown of why a line of secrets could not be read. */
const UNREADABLE_SHOWN = 240;

/** Collects what the messages of one exchange tell. */
export class KeyExchange implements Exchange {
  readonly epoch: number;
  readonly packets: number[] = [];
  /** It has more packets than its record lists. */
  full = false;
  /** There is room for its host key in the record. */
  tellsHostKey = true;
  readonly kexinit: Partial<Record<End, SentKexInit>> = {};
  negotiation: Negotiation | undefined;
  /** The method in force, when it was negotiated and is known. */
  method: KexMethod | undefined;
  private shown: HostKey | undefined;
  /** Messages in which the host key was looked for. */
  private searched = 0;
  /** What the secrets of this exchange gave; undefined before they were asked for, or without any. */
  resolved: Resolved<OfferedSecret> | undefined;
  /** What was found when the signature did not verify. */
  private finding: Finding | undefined;
  /** Messages 30 to 49 of this exchange, both sides. */
  readonly messages: SshPacket[] = [];
  private session: SshSession | undefined;
  /** Derived keys that opened packets of this exchange, which has no K. */
  private derived: Exchange['secret'];

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** Settles the algorithms, when both KEXINITs are there. */
  settle(client: End): void {
    if (this.negotiation !== undefined) return;
    const { a, b } = this.kexinit;
    if (a === undefined || b === undefined) return;
    this.negotiation = client === 'a' ? negotiate(a.lists, b.lists) : negotiate(b.lists, a.lists);
    this.method = this.negotiation.kex === undefined ? undefined : kexMethod(this.negotiation.kex);
  }

  get hostKey(): HostKey | undefined {
    if (!this.tellsHostKey) return undefined;
    for (; this.shown === undefined && this.searched < this.messages.length; this.searched++) {
      const packet = this.messages[this.searched];
      if (packet !== undefined && counts(packet) && packet.value?.hostKey !== undefined) this.shown = hostKeyIn(packet);
    }
    return this.shown;
  }

  get signatureAlgorithm(): string | undefined {
    for (let i = this.messages.length - 1; i >= 0; i--) {
      const packet = this.messages[i];
      if (packet === undefined || !counts(packet)) continue;
      const { algorithm } = (packet.value?.signature ?? {}) as { algorithm?: unknown };
      if (typeof algorithm === 'string') return algorithm;
    }
    return undefined;
  }

  // --- secrets

  /** Tries the secrets that were given for this exchange; once. */
  unlock(session: SshSession): void {
    const { secrets } = session;
    if (this.session !== undefined) return;
    this.session = session;
    if (secrets === undefined || secrets.empty || this.method === undefined) return;
    const offered = () => secrets.forExchange(this.cookie('client'), this.cookie('server'));
    const first = offered();
    if (first.length === 0) return;
    const inputs = { method: this.method, transcript: this.transcript(session), hostKeyAlgorithm: this.negotiation?.hostKey };
    const effort = effortForSecrets(session.limits, secrets.spent);
    const before = effort.exhausted;
    this.resolved = resolveSecret(inputs, first, secrets.readings, effort);
    if (this.resolved.best?.signature.verdict !== 'valid' && secrets.seekMore()) this.resolved = resolveSecret(inputs, offered(), secrets.readings, effort);
    if (effort.exhausted && !before) session.report(problem('limit', `from here on secrets are not tried: ${spentOn(effort, session.limits)}`));
    const name = `session ${session.number}, exchange ${this.epoch}`;
    for (const { secret, reason } of this.resolved.rejected) secret.note(`${name}: it ${reason}`);
    this.resolved.best?.secret.note(name);
    this.diagnose(inputs, secrets, session.limits);
    if (this.epoch === 1) session.sessionId = this.agreedHash;
  }

  /** Looks for the reason when the host key's signature does not verify. */
  private diagnose(inputs: ExchangeInputs, secrets: Secrets, limits: Limits): void {
    const { best } = this;
    if (best?.parts === undefined || best.signature.verdict !== 'invalid') return;
    if (secrets.diagnosed++ < limits.diagnoses) this.finding = findCulprit(inputs, best.parts, { matchesPublic: best.matchesPublic });
  }

  /** What the two ends took for H: when both make the same mistake their keys follow from its outcome. */
  private get agreedHash(): Uint8Array | undefined {
    return this.finding?.h ?? this.best?.h;
  }

  /** Secrets were given for it, but a message that its hash is made of was not read yet. */
  lacksMessages(session: SshSession): boolean {
    const { method } = this;
    if (this.session !== undefined || method === undefined || session.secrets === undefined || session.secrets.empty) return false;
    const cookie = (side: Side) => toHexOrNone(this.kexinit[session.endOf(side)]?.lists.cookie);
    if (session.secrets.forExchange(cookie('client'), cookie('server')).length === 0) return false;
    return isMissing(hashParts(method, this.transcript(session), new Uint8Array(1)));
  }

  /** What the secret gave, when there is one. */
  get best(): Resolution<OfferedSecret> | undefined {
    return this.resolved?.best;
  }

  /** Notes that packets were opened with derived keys. */
  useDerived(kind: 'keys' | 'cipher key', source: string, note: string): void {
    this.derived ??= { kind, source, note };
  }

  /** What the keys of this exchange are derived from, or why they cannot be. */
  keySource(session: SshSession): KeySource | Obstacle {
    const { method, best } = this;
    if (method === undefined) return new NoKeys('unsupported', () => `the key exchange method ${this.negotiation?.kex ?? '(none agreed)'} is not supported`);
    if (best === undefined) return new NoKeys('no-secret', () => this.whyNoSecret(session.secrets));
    const h = this.agreedHash;
    if (h === undefined) return new NoKeys('lost', () => `${best.signature.reason}${gapsOf(session)}`);
    if (session.sessionId === undefined) return new NoKeys('no-secret', () => `the session id is not known: ${session.exchanges[0]?.whyNoHash ?? NO_FIRST}`);
    return { hash: method.hash, k: best.encodedK, h, sessionId: session.sessionId };
  }

  /** Why the exchange hash is not known, when it is not. */
  private get whyNoHash(): string {
    return this.best === undefined ? NO_FIRST : this.best.signature.reason;
  }

  /** Every message of it came under a MAC that was right, as in all exchanges but the first: none was altered. */
  get authentic(): boolean {
    return this.messages.length > 0 && this.messages.every((m) => m.mac === 'valid');
  }

  private whyNoSecret(secrets: Secrets | undefined): string {
    const wanted = (['client', 'server'] as const).map((side) => [this.cookie(side), side] as const).filter(([cookie]) => cookie !== undefined);
    const cookies = wanted.map(([cookie, side]) => `${cookie} (${side})`).join(' or ');
    const rejected = this.resolved?.rejected[0];
    if (rejected !== undefined) return `the secret of ${rejected.secret.origin} ${rejected.reason}`;
    const which = this.epoch === 1 ? '' : `key exchange ${this.epoch} has `;
    const missing = `${which}no secret for the cookie ${cookies}`;
    const unread = secrets?.unreadable(wanted.flatMap(([cookie]) => cookie ?? []));
    return unread?.wanted === true
      ? `${missing}: its line could not be read: ${unread.message.slice(0, UNREADABLE_SHOWN)}`
      : `${missing}; ${givenInstead(secrets, unread?.message)}`;
  }

  /** The cookie of a side's KEXINIT, in hex. */
  cookie(side: Side): string | undefined {
    const end = this.session?.endOf(side);
    const lists = end === undefined ? undefined : this.kexinit[end]?.lists;
    return lists === undefined ? undefined : toHex(lists.cookie);
  }

  /** The inputs of the exchange hash that the two sides sent. */
  transcript(session: SshSession): Transcript {
    const [client, server] = [session.endOf('client'), session.endOf('server')];
    const line = (end: End) => session.direction(end).identification;
    const [used, discarded] = [new Map<string, SentMessage>(), new Map<string, SentMessage>()];
    for (const packet of this.messages) {
      if (packet.message === undefined) continue;
      const into = packet.discarded ? discarded : used;
      if (!into.has(packet.message.name)) into.set(packet.message.name, sentMessage(packet.message, packet.payloadBytes));
    }
    return {
      vC: line(client)?.bytes,
      vS: line(server)?.bytes,
      rawC: line(client)?.space.bytes,
      rawS: line(server)?.space.bytes,
      iC: this.kexinit[client]?.payload,
      iS: this.kexinit[server]?.payload,
      packetC: this.kexinit[client]?.packet,
      packetS: this.kexinit[server]?.packet,
      messages: used,
      discarded,
    };
  }

  // --- the record

  get secret(): Exchange['secret'] {
    const { best } = this;
    if (best === undefined) return this.derived;
    return { kind: best.secret.kind, source: best.secret.origin, note: best.note };
  }

  get exchangeHash(): Uint8Array | undefined {
    return this.best?.h;
  }

  get sharedSecret(): Uint8Array | undefined {
    return this.best?.k;
  }

  private diagnosis(finding: Finding): string {
    const said = this.best?.signature.reason ?? '';
    if (finding.mistakes.length > 0) return `${said}; what fits: ${finding.sentences.join('; ')}`;
    const opened = this.session === undefined ? undefined : [this.session.a, this.session.b].map((d) => d.verdictOf(this.epoch));
    const macsVerify = opened?.includes(true) ? true : opened?.includes(false) ? false : undefined;
    const { matchesPublic, doubt } = this.best ?? {};
    return `${said}; ${unexplained({ matchesPublic, macsVerify, doubt, authentic: this.authentic }).join('; ')}`;
  }

  get signature(): Exchange['signature'] {
    if (this.best !== undefined) return this.finding === undefined ? this.best.signature : { verdict: 'invalid', reason: this.diagnosis(this.finding) };
    const only = this.derived === undefined ? '' : ': only keys derived from it were given, from which the exchange hash cannot be computed';
    return { verdict: 'unchecked', reason: `the shared secret K of this exchange is not known${only}` };
  }
}

function spentOn({ fitted }: Effort, { privateWorkTotal, searchWorkTotal }: Limits): string {
  return fitted
    ? `private values took all of privateWorkTotal (${privateWorkTotal})`
    : `a quarter of searchWorkTotal (${searchWorkTotal}) went to those that did not fit`;
}

const NO_FIRST = 'the first key exchange has no secret';

/** Why there are no keys; put into words only when somebody asks. */
export class NoKeys implements Obstacle {
  readonly state: Obstacle['state'];
  private readonly why: () => string;

  constructor(state: Obstacle['state'], why: () => string) {
    this.state = state;
    this.why = why;
  }

  get reason(): string {
    return this.why();
  }
}

/** What each side's stream lacks, in brackets: the likely cause when a message is missing. */
export function gapsOf(session: SshSession): string {
  const side = (d: Direction) => session.sideOf(d.end);
  const said = [session.a, session.b].flatMap((d) =>
    d.hole === undefined ? [] : [`a gap of ${d.hole.size} bytes of the ${side(d)} at frame ${d.hole.frame}${d.holes > 1 ? ` and ${d.holes - 1} more` : ''}`],
  );
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

/** A message that is heeded: it was understood, and is no wrong guess. */
function counts({ message, discarded }: SshPacket): boolean {
  return message !== undefined && !discarded;
}

function toHexOrNone(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : toHex(bytes);
}

/** The host key K_S, which every method sends as the first field of its message. */
function hostKeyIn(packet: SshPacket): HostKey | undefined {
  const payload = packet.payloadBytes;
  if (payload.length < 5) return undefined;
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(1);
  if (length > payload.length - 5) return undefined;
  return hostKeyOf(payload.subarray(5, 5 + length), packet.value?.hostKey as object);
}

/** What was given, when what is wanted was not. */
function givenInstead(secrets: Secrets | undefined, unreadable: string | undefined): string {
  const unread = unreadable?.slice(0, UNREADABLE_SHOWN);
  const others = secrets?.cookies(COOKIES_NAMED) ?? [];
  if (others.length === 0) return unread === undefined ? 'no secrets were given' : `none could be read: ${unread}`;
  const more = (secrets?.cookieCount ?? 0) - others.length;
  const given = `given were secrets for ${others.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return unread === undefined ? given : `${given}; not all could be read: ${unread}`;
}

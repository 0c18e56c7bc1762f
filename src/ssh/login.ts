/** The authentication of one session: which requests were made, what answers them, and how it ended (RFC 4252). */
import { firstOf } from '../bytes/text.ts';
import type { Limits } from '../limits.ts';
import { problem } from '../wire/problem.ts';
import { authMethod } from './auth/index.ts';
import type { AuthMethod } from './auth/method.ts';
import { checkLogin } from './login-proof.ts';
import type { Authentication, HostKey, LoginAttempt, LoginKey, LoginOutcome, LoginVerdict, Side } from './model.ts';
import type { SshPacket } from './packet.ts';

/** Characters of a name or banner that are kept. */
const NAME_KEPT = 256;
const BANNER_KEPT = 16 * 1024;

const REQUEST = 50;
const FAILURE = 51;
const SUCCESS = 52;
const BANNER = 53;
const FIRST_OF_METHOD = 60;

/** What the login asks of its session. */
export interface LoginSession {
  readonly sessionId: Uint8Array | undefined;
  /** Nothing shows that it is right. */
  readonly identifierDoubtful: boolean;
  /** The host key of the first key exchange. */
  readonly hostKey: HostKey | undefined;
  /** True when the capture holds all that was sent, so that what is missing was never sent. */
  readonly sure: boolean;
  readonly limits: Limits;
}

/** One attempt while it is collected: a request, with the dialogue and the further requests that belong to it. */
class Attempt implements LoginAttempt {
  method: string;
  readonly user: string;
  readonly service: string;
  key: LoginKey | undefined = undefined;
  signature: LoginVerdict | undefined = undefined;
  prompts = 0;
  outcome: LoginOutcome = 'unknown';
  readonly firstFrame: number;
  lastFrame: number;
  /** Number among the packets of the session of the last request. */
  packet = 0;
  row: AuthMethod | undefined;
  /** The server asked for more: the next message is the client's. */
  continued = false;

  constructor(method: string, user: string, service: string, frame: number) {
    this.method = method;
    this.row = authMethod(method);
    this.user = user;
    this.service = service;
    this.firstFrame = frame;
    this.lastFrame = frame;
  }
}

/** Collects the attempts. Requests may be sent ahead of their answers; each answer belongs to the oldest that has none. */
export class Login implements Authentication {
  readonly attempts: Attempt[] = [];
  banner: string | undefined = undefined;
  private readonly session: LoginSession;
  /** Requests without a final answer, oldest first. */
  private pending: Attempt[] = [];
  /** An attempt whose request was answered by the wish for another one: an accepted key, an expired password. */
  private invited: Attempt | undefined = undefined;
  private succeeded: Attempt | undefined = undefined;
  private granted = false;
  private full = false;

  constructor(session: LoginSession) {
    this.session = session;
  }

  /** The method in progress, which owns the numbers 60 to 79. */
  get method(): AuthMethod | undefined {
    return (this.pending[0] ?? this.invited)?.row;
  }

  /** No request that is not answered yet was read. */
  get unasked(): boolean {
    return this.pending[0] === undefined && this.invited === undefined;
  }

  get user(): string | undefined {
    return (this.succeeded ?? this.attempts.at(-1))?.user;
  }

  get outcome(): Authentication['outcome'] {
    if (this.granted) return 'success';
    const last = this.attempts.at(-1)?.outcome;
    return last === 'failure' || last === 'partial' ? 'failure' : 'unknown';
  }

  /** Takes message `number` (50 to 79) of `side`, which was opened and is the session's packet `index`. */
  take(packet: SshPacket, number: number, side: Side, index: number): void {
    if (packet.cut) return;
    if (number === REQUEST) this.request(packet, index);
    else if (number === BANNER) this.banner ??= firstOf(textIn(packet, 'message'), BANNER_KEPT);
    else this.answer(packet, number, side);
  }

  /** Messages are missing: which answer belongs to which request is no longer known. */
  lose(): void {
    this.pending = [];
    this.invited = undefined;
  }

  /** The server disconnects, which it may do instead of a last FAILURE (RFC 4252 section 4): what waits for an answer has failed. */
  refuse(frame: number): void {
    if (this.granted) return;
    for (const attempt of this.pending) {
      attempt.outcome = 'failure';
      attempt.lastFrame = frame;
    }
    this.pending = [];
  }

  private request(packet: SshPacket, index: number): void {
    const [user, service, method] = ['userName', 'serviceName', 'methodName'].map((name) => firstOf(textIn(packet, name), NAME_KEPT)) as [
      string,
      string,
      string,
    ];
    this.abandon();
    const attempt = this.goOn(packet, user, method) ?? new Attempt(method, user, service, packet.frame);
    const kept = this.attempts.includes(attempt) || this.keep(attempt, packet);
    attempt.packet = index;
    attempt.lastFrame = packet.frame;
    if (this.pending.length >= this.session.limits.loginAttempts) this.pending = [];
    this.pending.push(attempt);
    if (kept && attempt.row?.key !== undefined) checkLogin(packet, attempt, attempt.row.key, this.session);
    packet.context = attempt.signature?.verdict;
  }

  /** A new request while the server waits for the client within another one ends that (RFC 4252 section 5). */
  private abandon(): void {
    if (this.pending[0]?.continued === true) this.pending.shift();
  }

  /** The attempt that a request goes on with: it signs with the key that was accepted, or changes the password that expired. */
  private goOn(packet: SshPacket, user: string, method: string): Attempt | undefined {
    const { invited } = this;
    this.invited = undefined;
    if (invited === undefined || invited.user !== user) return undefined;
    const row = authMethod(method);
    const same = row?.key === undefined ? row === invited.row && packet.value?.changePassword === true : row.key === invited.row?.key;
    if (!same) return undefined;
    invited.method = method;
    invited.row = row;
    return invited;
  }

  /** Adds to the attempts, while there is room for more; signatures of the others are not checked. */
  private keep(attempt: Attempt, packet: SshPacket): boolean {
    const { limits } = this.session;
    if (this.attempts.length < limits.loginAttempts) {
      this.attempts.push(attempt);
      return true;
    }
    if (!this.full) packet.problems.push(problem('limit', `more attempts to log in than are kept (limit loginAttempts: ${limits.loginAttempts})`));
    this.full = true;
    return false;
  }

  private answer(packet: SshPacket, number: number, side: Side): void {
    const attempt = this.pending[0];
    if (number === SUCCESS) this.granted = true;
    if (attempt === undefined) {
      if (!this.full && this.session.sure)
        packet.problems.push(problem('unexpected', `${packet.name ?? 'a message'} without a request for a login`, { rfc: '4252#5.1' }));
      return;
    }
    attempt.lastFrame = packet.frame;
    if (side === 'server') packet.answers = attempt.packet;
    packet.context = attempt.method;
    if (number >= FIRST_OF_METHOD) this.dialogue(packet, attempt, side);
    else this.finish(packet, attempt, number);
  }

  /** FAILURE or SUCCESS. */
  private finish(packet: SshPacket, attempt: Attempt, number: number): void {
    this.pending.shift();
    if (number === SUCCESS) {
      attempt.outcome = 'success';
      this.succeeded = attempt;
    } else if (number === FAILURE) attempt.outcome = packet.value?.partialSuccess === true ? 'partial' : 'failure';
  }

  /** A message of the method in progress. */
  private dialogue(packet: SshPacket, attempt: Attempt, side: Side): void {
    const name = packet.message?.name;
    if (Array.isArray(packet.value?.prompts)) attempt.prompts += packet.value.prompts.length;
    attempt.continued = side === 'server';
    if (name !== 'SSH_MSG_USERAUTH_PK_OK' && name !== 'SSH_MSG_USERAUTH_PASSWD_CHANGEREQ') return;
    this.pending.shift();
    attempt.continued = false;
    this.invited = attempt;
  }
}

function textIn(packet: SshPacket, name: string): string {
  const value = packet.value?.[name];
  return typeof value === 'string' ? value : '';
}

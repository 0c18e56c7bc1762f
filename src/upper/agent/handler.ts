/** Follows an agent channel: requests of who opened it, and the answers of the agent on the other side. */

import { copyOf } from '../../bytes/copy.ts';
import { firstOf } from '../../bytes/text.ts';
import type { ChannelHandler } from '../../ssh/connection/handler.ts';
import { verifySignature } from '../../ssh/crypto/verify.ts';
import type { PublicKey } from '../../ssh/hostkey/blob.ts';
import type { Signature } from '../../ssh/hostkey/signature.ts';
import type { Side } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { problem } from '../../wire/problem.ts';
import { type FramedBytes, Framing } from '../framing.ts';
import { FramedMessage } from '../inner.ts';
import { Content, type LoggedOperation, OperationLog } from '../operations.ts';
import type { Place } from '../protocol.ts';
import { agentMessage, SECRET_TYPES } from './messages.ts';

const SIGN_REQUEST = 13;
const EXTENSION = 27;
const FAILURES: ReadonlySet<number> = new Set([5, 28]);
const SIGN_RESPONSE = 14;

/** Signatures of one channel that are checked. */
const MOST_CHECKED = 256;

/** A request that waits for its answer. */
interface Waiting {
  readonly operation: LoggedOperation;
  /** Of a request to sign: the key, and what is signed. */
  readonly sign: { readonly key: PublicKey; readonly data: Uint8Array } | undefined;
}

export class AgentHandler implements ChannelHandler {
  readonly content = new Content('agent');
  private readonly place: Place;
  private readonly framing: Record<Side, Framing>;
  private readonly log: OperationLog;
  private waiting: Waiting[] = [];
  private checked = 0;

  constructor(place: Place) {
    const { limits } = place;
    const known = (type: number) => agentMessage(type) !== undefined;
    const framing = (side: Side) => new Framing(`agent protocol of the ${side}`, limits.innerMessageBytes, known);
    this.place = place;
    this.framing = { client: framing('client'), server: framing('server') };
    this.log = new OperationLog(this.content, limits.channelOperations);
  }

  data(side: Side, bytes: Uint8Array, packet: SshPacket): readonly FramedMessage[] {
    const framing = this.framing[side];
    const whole = framing.take(bytes, packet);
    const out: FramedMessage[] = [];
    for (const one of whole) {
      const message = new FramedMessage('agent', agentMessage(one.type), one);
      if (side === this.place.channel.opener) this.ask(message, one, side, packet);
      else this.answer(message, packet);
      out.push(message);
    }
    // A private key may be on its way in this packet and end in another.
    if (out.some((m) => m.secret) || SECRET_TYPES.has(framing.pendingType ?? 0)) packet.hideData();
    return out;
  }

  lose(): void {
    this.framing.client.lose();
    this.framing.server.lose();
    this.waiting = [];
  }

  private ask(message: FramedMessage, framed: FramedBytes, side: Side, packet: SshPacket): void {
    const { number, value } = message;
    if (number === EXTENSION && value.extensionType === 'session-bind@openssh.com') message.context = this.bound(message, value);
    const operation = this.log.begin(nameOf(number, value), side, message.summary, packet);
    if (this.waiting.length >= this.place.limits.pendingRequests) {
      this.waiting = [];
      message.problems.push(problem('limit', 'too many requests without an answer: which answer belongs to which is no longer told (limit pendingRequests)'));
    }
    this.waiting.push({ operation, sign: number === SIGN_REQUEST ? toSign(message, framed) : undefined });
  }

  private answer(message: FramedMessage, packet: SshPacket): void {
    const request = this.waiting.shift();
    if (request === undefined) return;
    const { operation, sign } = request;
    message.answers = operation.answer(packet, message.name, !FAILURES.has(message.number));
    message.context = operation.name;
    if (message.number === SIGN_RESPONSE) message.context = this.verdict(message, sign);
    if (message.number !== 6) operation.summary = firstOf(`${operation.summary}: ${message.summary}`, 400);
  }

  /** Whether the signature fits the key and what was to be signed. */
  private verdict(message: FramedMessage, sign: Waiting['sign']): string {
    const signature = message.value.signature as Signature | undefined;
    if (sign === undefined || signature === undefined || ++this.checked > MOST_CHECKED) return 'unchecked';
    const { verdict, reason } = verifySignature(String(signature.algorithm), sign.key, signature, sign.data);
    if (verdict === 'invalid') message.problems.push(problem('unauthentic', `the signature of the agent: ${reason}`));
    return verdict === 'unchecked' ? `unchecked: ${reason}` : verdict;
  }

  /** Whether a server signed the identifier of the session that the agent is bound to (openssh PROTOCOL.agent section 1). */
  private bound(message: FramedMessage, { hostKey, sessionIdentifier, signature }: FramedMessage['value']): string {
    if (!(sessionIdentifier instanceof Uint8Array) || hostKey === undefined || signature === undefined || ++this.checked > MOST_CHECKED) return 'unchecked';
    const { sessionId } = this.place.session;
    const here = sessionId?.length === sessionIdentifier.length && sessionId.every((byte, i) => byte === sessionIdentifier[i]);
    const which = sessionId === undefined ? 'a session' : here ? 'this session' : 'another session';
    const { verdict, reason } = verifySignature(String((signature as Signature).algorithm), hostKey as PublicKey, signature as Signature, sessionIdentifier);
    if (verdict === 'invalid') message.problems.push(problem('unauthentic', `session-bind: ${reason}`, { rfc: 'openssh:PROTOCOL.agent#1' }));
    return `${which}, signature ${verdict}`;
  }
}

/** `sign`, `add`, `session-bind@openssh.com`. */
function nameOf(number: number, value: FramedMessage['value']): string {
  if (number === EXTENSION && typeof value.extensionType === 'string') return firstOf(value.extensionType, 64);
  return OPERATIONS[number] ?? `request ${number}`;
}

const OPERATIONS: Readonly<Record<number, string>> = {
  1: 'identities of SSH-1',
  9: 'remove all of SSH-1',
  11: 'identities',
  13: 'sign',
  17: 'add',
  18: 'remove',
  19: 'remove all',
  20: 'add token',
  21: 'remove token',
  22: 'lock',
  23: 'unlock',
  25: 'add',
  26: 'add token',
};

/** The key and the content of `data` of a request to sign: two strings behind length and type. */
function toSign({ value, problems }: FramedMessage, { bytes }: FramedBytes): Waiting['sign'] {
  const key = value.keyBlob;
  if (problems.length > 0 || typeof key !== 'object' || key === null) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 5 + 4 + view.getUint32(5);
  const from = start + 4;
  return { key: key as PublicKey, data: copyOf(bytes, from, from + view.getUint32(start)) };
}

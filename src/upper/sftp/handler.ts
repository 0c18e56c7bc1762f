/** One SFTP channel: requests and their answers, open files, and what moves (draft-ietf-secsh-filexfer-02 to -13). */
import { firstOf } from '../../bytes/text.ts';
import type { ChannelHandler } from '../../ssh/connection/handler.ts';
import type { MessageDef } from '../../ssh/message.ts';
import type { InnerMessage, Side } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { problem } from '../../wire/problem.ts';
import { type FramedBytes, Framing } from '../framing.ts';
import { FramedMessage } from '../inner.ts';
import { Content, OperationLog } from '../operations.ts';
import type { Place } from '../protocol.ts';
import { TransferLog } from '../transfer.ts';
import type { Version } from './attributes.ts';
import { extendedReply } from './extensions.ts';
import { carrying } from './file-data.ts';
import { Files } from './files.ts';
import { VersionGuess } from './guess-version.ts';
import { isMessageNumber, isResponse, type MessageTable, messagesOf } from './messages.ts';
import { Pending, Request } from './pending.ts';
import { SSH_FX_OK, statusName } from './status.ts';

const INIT = 1;
const VERSION = 2;
const READ = 5;
const READDIR = 12;
const STATUS = 101;
const DATA = 103;
const NAME = 104;
const EXTENDED = 200;
const EXTENDED_REPLY = 201;

/** INIT has no number; its answer is looked for under this one, which no uint32 is. */
const INIT_ID = -1;

/** Programs that have the paths of SYMLINK as OpenSSH has them. */
const REVERSING = /OpenSSH|paramiko/;

const UNVERSIONED = problem('gap', 'VERSION was not read: messages are taken for those of the highest version that all of them fit');

type Value = Readonly<Record<string, unknown>>;

/** Follows an SFTP channel. */
export class SftpHandler implements ChannelHandler {
  readonly content = new Content('sftp');
  /** The side that asks. */
  private readonly client: Side;
  private readonly reversed: boolean;
  private readonly framing: Record<Side, Framing>;
  private readonly log: OperationLog;
  private readonly files: Files;
  private readonly pending: Pending;
  private table: MessageTable;
  /** VERSION was read, and what INIT and the messages tell as long as it was not. */
  private spoken = false;
  private offered: number | undefined = undefined;
  private guess: VersionGuess | undefined = undefined;
  /** False once messages are missing: then what has no partner is nobody's fault. */
  private sure: boolean;
  private full = false;

  constructor(place: Place) {
    const { channel, session, limits } = place;
    this.client = channel.opener;
    this.sure = place.whole;
    this.reversed = [session.client, session.server].some((p) => REVERSING.test(p.identification?.softwareVersion ?? ''));
    this.table = messagesOf(3, this.reversed);
    this.framing = {
      client: new Framing('SFTP of the client', limits.innerMessageBytes, isMessageNumber),
      server: new Framing('SFTP of the server', limits.innerMessageBytes, isMessageNumber),
    };
    this.log = new OperationLog(this.content, limits.channelOperations);
    this.files = new Files(this.client, this.log, new TransferLog(place, this.content), limits, this.sure);
    this.pending = new Pending(limits.sftpRequests);
  }

  data(side: Side, bytes: Uint8Array, packet: SshPacket): readonly InnerMessage[] {
    const framed = this.framing[side].take(bytes, packet);
    return framed.map((one) => (side === this.client ? this.takeRequest(one, packet) : this.takeResponse(one, packet)));
  }

  lose(): void {
    this.sure = false;
    this.framing.client.lose();
    this.framing.server.lose();
    this.pending.clear();
    this.files.lose();
  }

  close(): void {
    this.files.finish();
  }

  // --- requests

  private takeRequest(framed: FramedBytes, packet: SshPacket): InnerMessage {
    const { type } = framed;
    const unversioned = type !== INIT && this.guessed(framed);
    const message = new FramedMessage('sftp', this.table.get(type), framed, undefined, carrying(framed));
    const { gist: value, problems } = message;
    if (unversioned) problems.push(UNVERSIONED);
    if (type === INIT && typeof value.version === 'number') this.offered = value.version;
    if (message.def === undefined) return message;
    if (isResponse(type)) {
      problems.push(problem('unexpected', `${message.name} is an answer, and comes from the side that asks`));
      return message;
    }
    const id = type === INIT ? INIT_ID : value.id;
    if (typeof id !== 'number') return message;
    const request = new Request(type, message.name, packet);
    this.files.ask(request, message, packet);
    if (request.operation === undefined) request.operation = this.log.begin(nameOf(message.def, value), this.client, message.summary, packet);
    if (this.sure && this.pending.has(id)) problems.push(problem('unexpected', `request ${id} has the number of one that waits for its answer`));
    if (!this.pending.add(id, request)) this.overflow(packet);
    if (value.extendedRequest === 'version-select') this.speak(Number(value.version));
    return message;
  }

  /** Requests are forgotten, which is said once. */
  private overflow(packet: SshPacket): void {
    this.sure = false;
    if (this.full) return;
    this.full = true;
    packet.problems.push(problem('limit', `more SFTP requests without an answer than are remembered (limit sftpRequests: ${this.pending.limit})`));
  }

  // --- answers

  private takeResponse(framed: FramedBytes, packet: SshPacket): InnerMessage {
    const { type } = framed;
    const unversioned = type !== VERSION && this.guessed(framed);
    const carried = carrying(framed);
    const id = type === VERSION ? INIT_ID : (carried?.id ?? idOf(framed));
    const request = id === undefined ? undefined : this.pending.take(id);
    const def = type === EXTENDED_REPLY ? extendedReply(request?.extension) : this.table.get(type);
    const message = new FramedMessage('sftp', def, framed, request?.told, carried);
    if (unversioned) message.problems.push(UNVERSIONED);
    if (def === undefined) return message;
    if (!isResponse(type)) message.problems.push(problem('unexpected', `${message.name} is a request, and comes from the side that answers`));
    else if (request === undefined) this.blame(message, id);
    else this.answer(request, type, message, packet);
    if (type === VERSION) this.speak(message.value.version);
    return message;
  }

  /** Nobody asked for it, as far as is known. */
  private blame(message: FramedMessage, id: number | undefined): void {
    if (!this.sure || id === undefined) return;
    message.problems.push(
      problem('unexpected', id === INIT_ID ? 'a version, and no INIT that waits for one' : `an answer to request ${id}, and no such request waits for one`),
    );
  }

  private answer(request: Request, type: number, message: FramedMessage, packet: SshPacket): void {
    const { gist: value } = message;
    const status = type === STATUS ? statusName(value.errorCode) : 'SSH_FX_OK';
    const succeeded = type !== STATUS || value.errorCode === SSH_FX_OK;
    message.answers = request.answered(packet);
    if (!fits(request.type, type)) message.problems.push(problem('unexpected', `${message.name} is no answer to ${request.name}`));
    else this.files.answer(request, message, succeeded, status, packet);
    if (request.tally === undefined) request.operation?.answer(packet, status, succeeded);
  }

  /** From here on `version` is spoken. */
  private speak(version: unknown): void {
    if (typeof version !== 'number' || !Number.isSafeInteger(version)) return;
    this.spoken = true;
    this.content.detail = `version ${version}`;
    this.use(version <= 3 ? 3 : version === 4 ? 4 : version === 5 ? 5 : 6);
  }

  private use(version: Version): void {
    this.table = messagesOf(version, this.reversed);
    this.files.version = version;
  }

  /** Before VERSION was read the messages have to tell which one it is; true at the first of them, when that is to be said. */
  private guessed(framed: FramedBytes): boolean {
    if (this.spoken) return false;
    const first = this.guess === undefined;
    this.guess ??= new VersionGuess(this.offered, this.reversed);
    this.use(this.guess.see(framed));
    this.content.detail = this.guess.text;
    return first && !this.sure && this.guess.open;
  }
}

/** Bytes 5 to 8: the number of the request, which all messages but INIT and VERSION begin with. */
function idOf({ bytes, length }: FramedBytes): number | undefined {
  return length < 9 ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(5);
}

/** `open` of SSH_FXP_OPEN; of an extended request its own name. */
function nameOf(def: MessageDef, value: Value): string {
  const { extendedRequest } = value;
  return typeof extendedRequest === 'string' ? firstOf(extendedRequest, 64) : def.name.slice('SSH_FXP_'.length).toLowerCase();
}

/** The answers that requests have, beside SSH_FXP_STATUS. */
const ANSWERS: Readonly<Record<number, number>> = { 1: VERSION, 3: 102, [READ]: DATA, 7: 105, 8: 105, 11: 102, [READDIR]: NAME, 16: NAME, 17: 105, 19: NAME };

function fits(request: number, answer: number): boolean {
  if (request === EXTENDED) return answer === STATUS || answer === EXTENDED_REPLY || answer === NAME || answer === 102 || answer === 105;
  return answer === STATUS || ANSWERS[request] === answer;
}

/** One SCP channel: who sends, which file is on its way, and what the receiver says to it. */
import { firstOf } from '../../bytes/text.ts';
import type { ChannelHandler } from '../../ssh/connection/handler.ts';
import { peer } from '../../ssh/connection/peer.ts';
import type { InnerMessage, Side } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { quoted } from '../../ssh/words.ts';
import { type Problem, problem } from '../../wire/problem.ts';
import { pieceOf } from '../framing.ts';
import { Content, type LoggedOperation, OperationLog, secondsBetween } from '../operations.ts';
import type { Place } from '../protocol.ts';
import { FileData, type FileTransfer, TransferLog } from '../transfer.ts';
import type { ScpCommand } from './command.ts';
import { ERROR, LineBuffer, OK, ScpMessage } from './messages.ts';

/** Characters of a path that are kept, and folders inside folders. */
const LONGEST_PATH = 4096;
const DEEPEST = 256;
/** Answers in a row that nothing was said for; behind them nothing is taken for an answer. */
const MOST_STRAY = 16;

const LF = 10;
const CONTROL = /^(?:[CD][0-7]{1,7} \d{1,19} [^\n]+|T\d+ \d+ \d+ \d+|E)\n$/;

/** A file on its way. */
interface Moving {
  readonly transfer: FileTransfer;
  readonly operation: LoggedOperation;
  readonly size: number;
  /** Bytes that came. */
  at: number;
  /** The receiver has not yet said whether it wants it. */
  asked: boolean;
  /** The sender said that it was the end, and how it went. */
  ended: boolean;
  readonly faults: string[];
}

/** A message of the sender that waits for an answer; `operation` is over with it. */
interface Waiting {
  readonly packet: number;
  readonly time: SshPacket['time'];
  operation: LoggedOperation | undefined;
}

/** Follows an SCP channel. */
export class ScpHandler implements ChannelHandler {
  readonly content: Content;
  private readonly sender: Side;
  private readonly limit: number;
  private readonly log: OperationLog;
  private readonly transfers: TransferLog;
  private readonly lines: Record<Side, LineBuffer> = { client: new LineBuffer(), server: new LineBuffer() };
  private readonly folders: string[] = [];
  /** Folders inside the last of these, whose names are not kept. */
  private deeper = 0;
  private times: { readonly modified: number; readonly accessed: number } | undefined = undefined;
  private moving: Moving | undefined = undefined;
  /** What waits for an answer of the receiver. */
  private waiting: Waiting | undefined = undefined;
  /** It is not known where the next message of the sender begins. */
  private lost = false;
  /** Answers in a row to nothing, of each side. */
  private readonly stray: Record<Side, number> = { client: 0, server: 0 };
  /** False once messages are missing: then what does not fit is nobody's fault. */
  private sure: boolean;
  private said = false;

  constructor(place: Place, { receives, path }: ScpCommand) {
    const { channel, limits, whole } = place;
    this.sure = whole;
    this.content = new Content('scp', `${receives ? 'to' : 'from'} ${firstOf(path, LONGEST_PATH)}`);
    this.sender = receives ? channel.opener : peer(channel.opener);
    this.limit = limits.scpLineBytes;
    this.log = new OperationLog(this.content, limits.channelOperations);
    this.transfers = new TransferLog(place, this.content);
  }

  data(side: Side, bytes: Uint8Array, packet: SshPacket): readonly InnerMessage[] {
    return side === this.sender ? this.fromSender(bytes, packet) : this.fromReceiver(bytes, packet);
  }

  lose(): void {
    this.lost = true;
    this.sure = false;
    this.moving?.faults.push('messages are missing from the capture');
    this.finish();
    this.lines.client.drop();
    this.lines.server.drop();
    this.waiting = undefined;
  }

  close(): void {
    const { moving } = this;
    if (moving === undefined) return;
    // PuTTY leaves without a word when it has everything.
    if (moving.ended && moving.at === moving.size) this.finish(['the receiver did not confirm it']);
    else {
      moving.faults.push('the session ended before its end');
      this.finish();
    }
  }

  // --- the sender

  private fromSender(bytes: Uint8Array, packet: SshPacket): InnerMessage[] {
    if (this.lost && !this.resume(bytes)) return [];
    const out: InnerMessage[] = [];
    for (let at = 0; at < bytes.length && !this.lost; ) {
      const file = this.moving;
      if (file !== undefined && file.at < file.size) {
        const end = Math.min(bytes.length, at + file.size - file.at);
        out.push(this.piece(file, bytes.subarray(at, end), packet, at));
        at = end;
        continue;
      }
      const end = this.lineEnd(this.sender, bytes, at, packet);
      const message = this.gather(this.sender, bytes.subarray(at, end), packet, at);
      if (message !== undefined) {
        out.push(message);
        this.take(message, packet);
      }
      at = end;
    }
    return out;
  }

  /** Messages of SCP are answered one by one, so that each begins its data: there reading goes on. */
  private resume(bytes: Uint8Array): boolean {
    if (bytes.length > LONGEST_PATH || !CONTROL.test(String.fromCharCode(...bytes))) return false;
    this.lost = false;
    return true;
  }

  private piece(file: Moving, bytes: Uint8Array, packet: SshPacket, from: number): ScpMessage {
    // Data comes only when the receiver wants it, also where its answer is not seen.
    file.asked = false;
    const offset = file.at;
    file.at += bytes.length;
    file.transfer.give(offset, new FileData([bytes]), packet);
    file.transfer.confirm(offset, bytes.length, packet);
    return new ScpMessage({ kind: 'data', offset, length: bytes.length, path: file.transfer.path }, bytes, [pieceOf(packet, from, bytes.length, 0)]);
  }

  /** What a message of the sender begins or ends. */
  private take({ line, problems }: ScpMessage, packet: SshPacket): void {
    this.waiting = { packet: packet.index, time: packet.time, operation: undefined };
    if (line.kind === 'answer') {
      if (line.code === ERROR || line.text !== '') this.waiting = undefined;
      if (this.moving === undefined) {
        this.lost = this.isStray(this.sender, problems);
        return;
      }
      if (line.code !== OK) this.moving.faults.push(`the sender says: ${line.text}`);
      this.moving.ended = true;
      if (line.code === ERROR) this.finish();
      return;
    }
    this.stray[this.sender] = 0;
    // The other side gives up at a line that it does not know, so what follows is not SCP.
    if (line.kind === 'unknown') this.lost = true;
    this.confirmed(packet);
    if (line.kind === 'T') this.times = line;
    else if (line.kind === 'D') this.enter(line.name, packet);
    else if (line.kind === 'E') {
      if (this.deeper > 0) this.deeper--;
      else if (this.folders.pop() === undefined && this.sure) problems.push(problem('unexpected', 'the end of a directory that was not begun'));
    } else if (line.kind === 'C') this.begin(line, packet);
  }

  /** The sender goes on, which it does only when the receiver has confirmed what came before, also where that is read late or not at all. */
  private confirmed(packet: SshPacket): void {
    const { moving } = this;
    if (moving === undefined || !moving.ended) return;
    moving.operation.answer(packet, 'OK', true);
    this.finish();
  }

  private enter(name: string, packet: SshPacket): void {
    this.times = undefined;
    if (this.folders.length >= DEEPEST && !this.said) {
      this.said = true;
      packet.problems.push(problem('limit', `SCP: folders inside folders, more than ${DEEPEST}`));
    }
    if (this.folders.length < DEEPEST) this.folders.push(firstOf(name, LONGEST_PATH));
    else this.deeper++;
    const operation = this.log.begin('directory', this.sender, `Directory: ${quoted(this.pathOf(''))}`, packet);
    if (this.waiting !== undefined) this.waiting.operation = operation;
  }

  private pathOf(name: string): string {
    let path = '';
    for (const part of [...this.folders, name]) {
      if (part !== '') path += path === '' ? part : `/${part}`;
      if (path.length > LONGEST_PATH) break;
    }
    return firstOf(path, LONGEST_PATH);
  }

  private begin({ name, size, mode }: { readonly name: string; readonly size: number; readonly mode: number }, packet: SshPacket): void {
    this.moving?.faults.push('another file began before its end');
    this.finish();
    const path = this.pathOf(name);
    const transfer = this.transfers.begin('scp', this.sender === 'client' ? 'upload' : 'download', path, packet);
    transfer.size = size;
    transfer.mode = mode;
    transfer.modified = this.times?.modified;
    transfer.accessed = this.times?.accessed;
    this.times = undefined;
    const operation = this.log.begin('file', this.sender, `File: ${quoted(path)}, ${size} bytes`, packet);
    this.moving = { transfer, operation, size, at: 0, asked: true, ended: false, faults: [] };
  }

  // --- the receiver

  private fromReceiver(bytes: Uint8Array, packet: SshPacket): InnerMessage[] {
    const out: InnerMessage[] = [];
    const side = peer(this.sender);
    for (let at = 0; at < bytes.length && (this.expecting || this.stray[side] < MOST_STRAY); ) {
      const end = this.lineEnd(side, bytes, at, packet);
      const message = this.gather(side, bytes.subarray(at, end), packet, at);
      if (message !== undefined) {
        out.push(message);
        this.answer(message, packet);
      }
      at = end;
    }
    return out;
  }

  /** The receiver has something to answer. */
  private get expecting(): boolean {
    return this.waiting !== undefined || this.moving?.asked === true || this.moving?.ended === true;
  }

  /** Counts an answer to nothing; true when there are too many to go on. */
  private isStray(side: Side, problems: Problem[]): boolean {
    if (++this.stray[side] < MOST_STRAY) return false;
    problems.push(problem('unexpected', `${MOST_STRAY} answers to nothing: what follows is not read as SCP`));
    return true;
  }

  private answer(message: ScpMessage, packet: SshPacket): void {
    const { line } = message;
    if (this.expecting) this.stray[peer(this.sender)] = 0;
    else this.isStray(peer(this.sender), message.problems);
    const { waiting, moving } = this;
    // What a shell prints when it starts is no answer; scp takes it for an error.
    const [code, text] = line.kind === 'answer' ? [line.code, line.text] : [ERROR, 'a line that is no answer'];
    if (waiting !== undefined) message.answers = { packet: waiting.packet, latency: secondsBetween(waiting.time, packet.time) };
    waiting?.operation?.answer(packet, code === OK ? 'OK' : text, code === OK);
    this.waiting = undefined;
    if (moving === undefined) return;
    if (code !== OK) moving.faults.push(`the receiver says: ${text}`);
    const refused = moving.asked && code !== OK;
    moving.asked = false;
    if (!refused && !moving.ended && code !== ERROR) return;
    moving.operation.answer(packet, code === OK ? 'OK' : text, code === OK);
    this.finish();
  }

  // --- lines

  /** Where the message that `bytes[at]` belongs to ends, or the end of what there is. */
  private lineEnd(side: Side, bytes: Uint8Array, at: number, packet: SshPacket): number {
    const buffer = this.lines[side];
    if (buffer.pending === 0 && bytes[at] === OK) return at + 1;
    const feed = bytes.indexOf(LF, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    if (buffer.pending + end - at <= this.limit) return end;
    packet.problems.push(problem('limit', `SCP of the ${side}: a line of more than ${this.limit} bytes (limit scpLineBytes)`));
    buffer.drop();
    this.lost ||= side === this.sender;
    return bytes.length;
  }

  /** The message that ends with `bytes`, if one does. */
  private gather(side: Side, bytes: Uint8Array, packet: SshPacket, from: number): ScpMessage | undefined {
    const buffer = this.lines[side];
    if (this.lost && side === this.sender) return undefined;
    buffer.add(bytes, packet, from);
    return buffer.first === OK || bytes[bytes.length - 1] === LF ? buffer.take() : undefined;
  }

  /** The file that is on its way is no longer. */
  private finish(remarks: readonly string[] = []): void {
    const { moving } = this;
    this.moving = undefined;
    moving?.transfer.finish(moving.faults, remarks);
  }
}

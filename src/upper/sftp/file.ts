/** A file or directory that is open: what moves through its handle, and what was asked about it. */
import type { Side } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { type LoggedOperation, secondsBetween } from '../operations.ts';
import type { FileData, FileTransfer, TransferLog } from '../transfer.ts';
import type { Attributes } from './attributes.ts';
import type { OpenMode } from './open.ts';

/** Requests of one kind through one handle, told as one operation. */
export class Tally {
  readonly operation: LoggedOperation;
  /** What the answers are told to be to. */
  readonly title: string;
  private readonly what: string;
  private requests = 0;
  private amount = 0;

  /** `what` names one of the things that are counted: a byte, a name. */
  constructor(operation: LoggedOperation, what: string) {
    this.operation = operation;
    this.title = operation.summary;
    this.what = what;
  }

  asked(): void {
    this.requests++;
  }

  /** An answer that gave `amount` came in `packet`; undefined `status` leaves the one there was. */
  answered(amount: number, packet: SshPacket, status: string, succeeded: boolean): void {
    this.amount += amount;
    const { operation } = this;
    operation.latency = secondsBetween(operation.time, packet.time);
    if (operation.succeeded === false) return;
    operation.status = status;
    operation.succeeded = succeeded;
  }

  /** No more will come: the operation says how much it was. */
  close(): void {
    const requests = `${this.requests} ${this.requests === 1 ? 'request' : 'requests'}`;
    this.operation.summary += `, ${requests}, ${this.amount} ${this.what}${this.amount === 1 ? '' : 's'}`;
  }
}

/** What a handle stands for. */
export class OpenFile {
  readonly path: string;
  /** Its handle, as the key of a table. */
  key = '';
  /** Undefined for a directory. */
  readonly mode: OpenMode | undefined;
  reading: Tally | undefined = undefined;
  writing: Tally | undefined = undefined;
  listing: Tally | undefined = undefined;
  /** Messages of the session are missing, so that parts may have moved unseen. */
  lossy = false;
  /** The server copied into it (copy-data). */
  copied = false;
  private readonly log: TransferLog;
  /** The side that asks. */
  private readonly client: Side;
  /** What the server told of it, and what the client set. */
  private told: Attributes | undefined;
  private chosen: Attributes | undefined;
  /** The size that the client gave it while it was open. */
  private cutTo: number | undefined = undefined;
  private upload: FileTransfer | undefined = undefined;
  private download: FileTransfer | undefined = undefined;
  /** The smallest offset at which a READ found the end, and the end of a READ that gave less than was wanted. */
  private endAt: number | undefined = undefined;
  private shortAt: number | undefined = undefined;
  /** Something was to be read. */
  private asked = false;
  /** WRITEs without an answer. */
  private unanswered = 0;
  private readonly failed = { reads: 0, writes: 0 };

  /** `told` is what the server said of the file before, `chosen` what the client wants it to be when it is made. */
  constructor(log: TransferLog, client: Side, path: string, mode?: OpenMode, told?: Attributes, chosen?: Attributes) {
    this.log = log;
    this.client = client;
    this.path = path;
    this.mode = mode;
    this.told = told;
    this.chosen = chosen;
  }

  /** It was opened, by the answer in `packet`. A file that is only written to moves even when nothing is written. */
  opened(packet: SshPacket): void {
    if (this.mode?.writes === true && !this.mode.reads) this.uploadIn(packet);
    this.expectNothing(packet);
  }

  /** An empty file that is opened to be read moves, too: some clients ask for no bytes of it. */
  private expectNothing(packet: SshPacket): void {
    if (this.told?.size !== undefined && Number(this.told.size) === 0 && this.mode?.reads === true && !this.mode.writes) this.downloadIn(packet);
  }

  // --- reading

  /** READ in `packet`. */
  askRead(packet: SshPacket): void {
    this.asked = true;
    this.reading?.asked();
    this.downloadIn(packet);
  }

  /** `data` at `offset` came, where `wanted` bytes were asked for. */
  read(offset: number, wanted: number, data: FileData, ends: boolean, packet: SshPacket): void {
    const end = offset + data.length;
    this.reading?.answered(data.length, packet, 'SSH_FX_OK', true);
    this.download?.give(offset, data, packet);
    this.download?.confirm(offset, data.length, packet);
    if (data.length < wanted) this.shortAt = end;
    if (ends) this.endsAt(end);
  }

  /** A READ at `offset` gave no bytes; `end` when the file ends before it. */
  readNothing(offset: number, end: boolean, status: string, packet: SshPacket): void {
    this.reading?.answered(0, packet, end ? 'SSH_FX_OK' : status, end);
    if (end) this.endsAt(offset);
    else this.failed.reads++;
  }

  private endsAt(offset: number): void {
    this.endAt = Math.min(this.endAt ?? offset, offset);
  }

  // --- writing

  /** WRITE in `packet`. Gives the offset at which the bytes go into the file. */
  askWrite(offset: number, data: FileData, packet: SshPacket): number {
    this.unanswered++;
    this.writing?.asked();
    const upload = this.uploadIn(packet);
    const at = this.mode?.appends === true && this.appended !== undefined ? this.appended : offset;
    this.appended = at + data.length;
    upload.give(at, data, packet);
    return at;
  }

  /** Where the next bytes go that are appended. */
  private appended: number | undefined = undefined;

  /** A WRITE of `length` bytes was answered. */
  wrote(at: number, length: number, succeeded: boolean, status: string, packet: SshPacket): void {
    this.unanswered--;
    this.writing?.answered(succeeded ? length : 0, packet, status, succeeded);
    if (succeeded) this.upload?.confirm(at, length, packet);
    else this.failed.writes++;
  }

  // --- attributes

  /** The server tells attributes of what is open. */
  learn(a: Attributes, packet: SshPacket): void {
    this.told = { ...this.told, ...a };
    if (this.download !== undefined) describe(this.download, a);
    else this.expectNothing(packet);
  }

  /** The client sets attributes of what is open. */
  set(a: Attributes): void {
    this.chosen = { ...this.chosen, ...a };
    if (a.size !== undefined) this.cutTo = Number(a.size);
    if (this.upload !== undefined) describe(this.upload, a);
  }

  // --- the end

  /** It was closed; `closed` is false when the channel or the session ended first. */
  finish(closed: boolean): void {
    for (const tally of [this.reading, this.writing, this.listing]) tally?.close();
    const common = [...(closed ? [] : ['the session ended before it was closed']), ...(this.lossy ? ['messages are missing from the capture'] : [])];
    if (this.download !== undefined) this.finishDownload(this.download, common);
    if (this.upload !== undefined && !(this.copied && this.upload.reach === 0)) this.finishUpload(this.upload, common);
  }

  private finishDownload(download: FileTransfer, common: readonly string[]): void {
    const { reach, size } = download;
    const faults = [...common, ...failures(this.failed.reads, 'READ')];
    const ended = this.endAt !== undefined && (this.endAt <= reach || this.shortAt === reach);
    // A size of 0 is told of files that are made when they are read, as those under /proc.
    const reached = size !== undefined && reach >= size && (size > 0 || !this.asked);
    if (!ended && !reached && faults.length === 0) faults.push('its end was not read');
    // What was read to its end is whole, whatever its size was before.
    if (ended && size !== undefined && reach < size) download.size = reach;
    download.finish(faults);
  }

  private finishUpload(upload: FileTransfer, common: readonly string[]): void {
    // It was cut to a size first, and then written on.
    if (upload.size !== undefined && upload.size < upload.reach) upload.size = undefined;
    const faults = [
      ...common,
      ...failures(this.failed.writes, 'WRITE'),
      ...(this.unanswered > 0 ? [`${this.unanswered} WRITE without an answer`] : []),
      ...(this.copied ? ['parts of it were copied on the server and did not move'] : []),
    ];
    const remarks: string[] = [];
    if (this.mode?.appends === true) remarks.push('appended to a file: its end counts from where the client believed it to be');
    else if (this.mode?.truncates === false && this.cutTo !== upload.reach) remarks.push('opened without being emptied: the file may hold more');
    upload.finish(faults, remarks);
  }

  private downloadIn(packet: SshPacket): FileTransfer {
    this.download ??= this.transfer('download', packet);
    return this.download;
  }

  private uploadIn(packet: SshPacket): FileTransfer {
    this.upload ??= this.transfer('upload', packet);
    return this.upload;
  }

  /** A transfer as the client of SFTP sees it; the direction in the record is that between the sides of SSH. */
  private transfer(as: 'upload' | 'download', packet: SshPacket): FileTransfer {
    const direction = (as === 'upload') === (this.client === 'client') ? 'upload' : 'download';
    const transfer = this.log.begin('sftp', direction, this.path, packet);
    const known = as === 'upload' ? this.chosen : this.told;
    if (known !== undefined) describe(transfer, known);
    return transfer;
  }
}

function failures(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what} failed`];
}

function describe(transfer: FileTransfer, { size, permissions, mtime, atime }: Attributes): void {
  if (size !== undefined) transfer.size = Number(size);
  if (permissions !== undefined) transfer.mode = permissions & 0o7777;
  if (mtime !== undefined) transfer.modified = Number(mtime);
  if (atime !== undefined) transfer.accessed = Number(atime);
}

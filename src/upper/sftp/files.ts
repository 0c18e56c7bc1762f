/** The open files of one SFTP channel, found by their handles, and what requests and answers do to them. */
import { toHex } from '../../bytes/hex.ts';
import { firstOf, latin1 } from '../../bytes/text.ts';
import type { Limits } from '../../limits.ts';
import type { Side } from '../../ssh/model.ts';
import type { SshPacket } from '../../ssh/packet.ts';
import { quoted } from '../../ssh/words.ts';
import { problem } from '../../wire/problem.ts';
import type { FramedMessage } from '../inner.ts';
import type { OperationLog } from '../operations.ts';
import type { TransferLog } from '../transfer.ts';
import type { Attributes, Version } from './attributes.ts';
import { OpenFile, Tally } from './file.ts';
import { fileData } from './file-data.ts';
import { openMode } from './open.ts';
import type { Request } from './pending.ts';
import type { Name } from './responses.ts';
import { SSH_FX_EOF } from './status.ts';

const OPEN = 3;
const CLOSE = 4;
const READ = 5;
const WRITE = 6;
const FSTAT = 8;
const SETSTAT = 9;
const FSETSTAT = 10;
const OPENDIR = 11;
const READDIR = 12;
const REALPATH = 16;
const STAT_REQUESTS: readonly number[] = [7, FSTAT, 17];

/** Characters of a path that are kept. */
const LONGEST_PATH = 4096;

/** Bytes of a handle, at most (draft-ietf-secsh-filexfer-02 section 7). */
const LONGEST_HANDLE = 256;

type Value = Readonly<Record<string, unknown>>;

/** Follows what is open, and through it the files that move. */
export class Files {
  version: Version = 3;
  private readonly client: Side;
  private readonly log: OperationLog;
  private readonly transfers: TransferLog;
  private readonly limits: Limits;
  private readonly open = new Map<string, OpenFile>();
  /** The one of each path that was opened last. */
  private readonly byPath = new Map<string, OpenFile>();
  /** Attributes by path, of files that may be opened soon. */
  private readonly known = new Map<string, Attributes>();
  /** The home directory, which paths without a leading / count from. */
  private home: string | undefined = undefined;
  private sure: boolean;
  private full = false;

  /** `sure`: all messages so far were read. */
  constructor(client: Side, log: OperationLog, transfers: TransferLog, limits: Limits, sure: boolean) {
    this.sure = sure;
    this.client = client;
    this.log = log;
    this.transfers = transfers;
    this.limits = limits;
  }

  // --- requests

  /** Notes in `request` what its answer will need, and in `message` which file it is about. */
  ask(request: Request, message: FramedMessage, packet: SshPacket): void {
    const { gist: value } = message;
    const { handle } = value;
    request.path = pathOf(value);
    request.value = [OPEN, SETSTAT, FSETSTAT].includes(request.type) ? value : undefined;
    if (typeof value.extendedRequest === 'string') this.askExtended(request, value.extendedRequest, value);
    if (!(handle instanceof Uint8Array)) return;
    const file = this.find(handle, request.type, message, packet);
    if (file === undefined) return;
    request.file = file;
    message.context = this.real(file.path);
    if (request.type === READ) this.askRead(request, file, message, packet);
    else if (request.type === WRITE) this.askWrite(request, file, message, packet);
    else if (request.type === READDIR) {
      file.listing ??= new Tally(this.begin('readdir', file, packet), 'name');
      file.listing.asked();
      this.count(request, file.listing);
    }
  }

  private askExtended(request: Request, name: string, value: Value): void {
    request.extension = name;
    const target = name === 'copy-data' ? value.writeToHandle : undefined;
    if (target instanceof Uint8Array) request.file = this.open.get(keyOf(target));
  }

  private askRead(request: Request, file: OpenFile, { gist: value, problems }: FramedMessage, packet: SshPacket): void {
    file.reading ??= new Tally(this.begin('read', file, packet), 'byte');
    this.count(request, file.reading);
    request.offset = numberOf(value.offset);
    request.length = numberOf(value.length);
    if (file.mode?.reads === false && this.sure) problems.push(problem('unexpected', 'a READ of a file that is open for writing only'));
    file.askRead(packet);
  }

  private askWrite(request: Request, file: OpenFile, { gist: value, problems }: FramedMessage, packet: SshPacket): void {
    const data = fileData(value.data);
    if (data === undefined) return;
    file.writing ??= new Tally(this.begin('write', file, packet), 'byte');
    this.count(request, file.writing);
    if (file.mode?.writes === false && this.sure) problems.push(problem('unexpected', 'a WRITE to a file that is open for reading only'));
    request.offset = file.askWrite(numberOf(value.offset), data, packet);
    request.length = data.length;
  }

  private begin(name: string, file: OpenFile, packet: SshPacket) {
    return this.log.begin(name, this.client, `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${quoted(this.real(file.path))}`, packet);
  }

  private count(request: Request, tally: Tally): void {
    request.operation = tally.operation;
    request.tally = tally;
  }

  /** The file behind `handle`. One that is not known is told of once; what is written to it is taken all the same. */
  private find(handle: Uint8Array, type: number, message: FramedMessage, packet: SshPacket): OpenFile | undefined {
    const key = keyOf(handle);
    let file = this.open.get(key);
    // Behind missing messages a handle may stand for another file by now: servers use them again.
    if (file?.lossy === true && (type === READ ? file.mode?.reads : type === WRITE ? file.mode?.writes : true) === false) {
      this.closed(file, false);
      file = undefined;
    }
    if (file !== undefined || (type !== READ && type !== WRITE)) return file;
    if (this.sure && !this.full) message.problems.push(problem('unexpected', `handle ${toHex(handle.subarray(0, 16))} is not open`));
    const made = new OpenFile(this.transfers, this.client, `(handle ${toHex(handle.subarray(0, 16))})`);
    made.lossy = true;
    return this.add(key, made, packet) ? made : undefined;
  }

  private add(key: string, file: OpenFile, packet: SshPacket): boolean {
    const before = this.open.get(key);
    if (before === undefined && this.open.size >= this.limits.sftpHandles) {
      if (!this.full) packet.problems.push(problem('limit', `more files are open than are followed (limit sftpHandles: ${this.limits.sftpHandles})`));
      this.full = true;
      return false;
    }
    before?.finish(false);
    file.key = key;
    this.open.set(key, file);
    return true;
  }

  // --- answers

  /** `message` in `packet` answers `request`. */
  answer(request: Request, message: FramedMessage, succeeded: boolean, status: string, packet: SshPacket): void {
    const { gist: value } = message;
    const { type, file } = request;
    if (type === OPEN || type === OPENDIR) this.opened(request, value, packet);
    else if (type === READ) answerRead(request, value, succeeded, status, packet);
    else if (type === WRITE) file?.wrote(request.offset, request.length, succeeded, status, packet);
    else if (type === READDIR) this.listed(request, value, succeeded, status, packet);
    else if (type === CLOSE) this.closed(file);
    else if (type === REALPATH) this.resolved(request, value);
    else if (STAT_REQUESTS.includes(type)) this.told(request, value, packet);
    else if (type === SETSTAT || type === FSETSTAT) this.set(request, succeeded);
    else if (request.extension === 'copy-data' && succeeded && file !== undefined) file.copied = true;
  }

  private opened(request: Request, { handle }: Value, packet: SshPacket): void {
    if (!(handle instanceof Uint8Array)) return;
    if (handle.length > LONGEST_HANDLE)
      packet.problems.push(
        problem('malformed', `a handle of ${handle.length} bytes, where ${LONGEST_HANDLE} are allowed`, { rfc: 'draft-ietf-secsh-filexfer-02#7' }),
      );
    const asked = request.value;
    const mode = asked === undefined ? undefined : openMode(this.version, asked);
    const file = new OpenFile(this.transfers, this.client, request.path, mode, this.known.get(request.path), attributesIn(asked));
    this.known.delete(request.path);
    if (!this.add(keyOf(handle), file, packet)) return;
    this.byPath.set(request.path, file);
    file.opened(packet);
  }

  private listed({ file }: Request, { names }: Value, succeeded: boolean, status: string, packet: SshPacket): void {
    const list = Array.isArray(names) ? (names as readonly Partial<Name>[]) : [];
    // The end of a directory is no failure.
    const ended = status === 'SSH_FX_EOF';
    file?.listing?.answered(list.length, packet, ended ? 'SSH_FX_OK' : status, succeeded || ended);
    if (file === undefined) return;
    const folder = file.path.endsWith('/') ? file.path : `${file.path}/`;
    for (const { filename, attrs } of list) if (typeof filename === 'string' && attrs !== undefined) this.remember(folder + filename, attrs);
  }

  private closed(file: OpenFile | undefined, closed = true): void {
    if (file === undefined) return;
    if (this.open.get(file.key) === file) this.open.delete(file.key);
    if (this.byPath.get(file.path) === file) this.byPath.delete(file.path);
    file.finish(closed);
  }

  /** What the server says `.` is. */
  private resolved({ path }: Request, { names }: Value): void {
    const [first] = Array.isArray(names) ? (names as readonly Partial<Name>[]) : [];
    if ((path === '.' || path === '') && typeof first?.filename === 'string' && first.filename.startsWith('/'))
      this.home = firstOf(first.filename, LONGEST_PATH);
  }

  /** `path` from the root, as far as that is known. */
  private real(path: string): string {
    return this.home === undefined || path === '' || /^[/(]/.test(path) ? path : `${this.home.replace(/\/$/, '')}/${path}`;
  }

  private told({ file, path }: Request, value: Value, packet: SshPacket): void {
    const attrs = attributesIn(value);
    if (attrs === undefined) return;
    const open = file ?? this.byPath.get(path);
    if (open !== undefined) open.learn(attrs, packet);
    else this.remember(path, attrs);
  }

  private set({ file, path, value }: Request, succeeded: boolean): void {
    const attrs = attributesIn(value);
    if (succeeded && attrs !== undefined) (file ?? this.byPath.get(path))?.set(attrs);
  }

  private remember(path: string, attrs: Attributes): void {
    this.known.delete(path);
    if (this.known.size >= this.limits.sftpAttributes)
      for (const oldest of this.known.keys()) {
        this.known.delete(oldest);
        break;
      }
    this.known.set(firstOf(path, LONGEST_PATH), attrs);
  }

  // --- the end

  /** Messages are missing: parts of what is open may have moved unseen. */
  lose(): void {
    this.sure = false;
    for (const file of this.open.values()) file.lossy = true;
  }

  /** The channel is over. */
  finish(): void {
    for (const file of this.open.values()) file.finish(false);
    this.open.clear();
  }
}

function answerRead({ file, offset, length }: Request, value: Value, succeeded: boolean, status: string, packet: SshPacket): void {
  const data = fileData(value.data);
  if (data !== undefined) file?.read(offset, length, data, value.endOfFile === true, packet);
  else if (!succeeded) file?.readNothing(offset, value.errorCode === SSH_FX_EOF, status, packet);
}

/** The path that a request is about. */
function pathOf({ filename, path }: Value): string {
  const text = typeof filename === 'string' ? filename : typeof path === 'string' ? path : '';
  return firstOf(text, LONGEST_PATH);
}

/** The attributes of a message whose decoding may have stopped half way. */
function attributesIn(value: Value | undefined): Attributes | undefined {
  const attrs = value?.attrs;
  return typeof attrs === 'object' && attrs !== null && 'flags' in attrs ? (attrs as Attributes) : undefined;
}

function numberOf(v: unknown): number {
  return typeof v === 'bigint' || typeof v === 'number' ? Number(v) : 0;
}

/** A handle as the key of a table. */
function keyOf(handle: Uint8Array): string {
  return latin1(handle.subarray(0, LONGEST_HANDLE));
}

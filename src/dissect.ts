/** The composition: capture, network, streams and SSH in one pass over the file. */
import { forgetView } from './bytes/view.ts';
import type { Frame, FrameTaker, SecretsBlock } from './capture/frame.ts';
import { CaptureInput, type Refusal } from './capture/open.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { SegmentReader } from './net/reader.ts';
import { MatchedSecrets } from './secrets/match.ts';
import { SecretStore } from './secrets/store.ts';
import { detectSsh } from './ssh/identification.ts';
import type { Secrets } from './ssh/kex/secrets.ts';
import type { CaptureTotals, Identification, Packet, Session, Sink, Transfer } from './ssh/model.ts';
import { SessionReader } from './ssh/reader.ts';
import { SshSession } from './ssh/session.ts';
import type { Flow, FlowHandler } from './stream/chunk.ts';
import { FlowTable } from './stream/flows.ts';
import { channelHandlers } from './upper/index.ts';
import type { Place } from './upper/protocol.ts';
import { type Problem, problem } from './wire/problem.ts';

export interface DissectOptions {
  /** Name of the capture, for its record. */
  readonly file?: string;
  readonly limits?: Partial<Limits>;
  /** The secrets of the sessions; blocks in the capture are added to them as they come. */
  readonly secrets?: SecretStore;
  /** Gives the secrets blocks of the whole capture (`lateSecretsOf`), for packets that stand before them. Asked once, when a secret is missing. */
  readonly lateSecrets?: () => readonly SecretsBlock[];
  /** Told now and then how many bytes of the file were read. */
  readonly progress?: (bytes: number) => void;
  /** Says which sessions this run dissects, when others are left to other runs over the same capture. */
  readonly share?: Share;
}

/** Stands between the flows of a capture and their sessions. */
export interface Share {
  /** The flows of the capture, before the first. */
  begin(flows: FlowTable): void;
  /** The session of the flow `stream` begins: gives who takes its bytes. `make` makes the session; `secrets` are those of the run. */
  open(stream: number, make: () => FlowHandler, secrets: Secrets): FlowHandler;
  /** A session begins inside a channel of another, and takes a number too. */
  inside(): void;
}

export interface Outcome {
  /** Why the input is no capture; undefined when it is one. */
  readonly refusal: Refusal | undefined;
  readonly totals: CaptureTotals;
}

/** Pieces of a capture file, of any size. A piece may be used again once the next one was asked for. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** One result of a dissection, as `results` gives it. */
export type Result =
  | { readonly kind: 'identification'; readonly identification: Identification }
  | { readonly kind: 'packet'; readonly packet: Packet }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'transfer'; readonly transfer: Transfer }
  | { readonly kind: 'capture'; readonly capture: CaptureTotals };

/** Everything a capture holds, as `collect` gives it. */
export interface Collected extends Outcome {
  readonly identifications: readonly Identification[];
  readonly packets: readonly Packet[];
  readonly sessions: readonly Session[];
}

/** The stages, connected: pieces go in, results come out at the sink. */
class Pipeline implements FrameTaker {
  readonly input: CaptureInput;
  readonly skips: NonNullable<FrameTaker['skips']>;
  private readonly net: SegmentReader;
  private readonly flows: FlowTable;
  private readonly options: DissectOptions;
  private readonly sink: Sink;
  private readonly store: SecretStore;
  private blocks = 0;
  /** Offsets of the secrets blocks that were taken, in their order or ahead of it. */
  private readonly taken = new Set<number>();
  /** Blocks that came when sessions had begun, which may have missed them. */
  private late = 0;
  private sessions = 0;
  /** Those that were not passed over. */
  private frames = 0;

  constructor(sink: Sink, options: DissectOptions) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.options = options;
    this.sink = sink;
    this.input = new CaptureInput(limits);
    this.net = new SegmentReader(limits);
    this.store = options.secrets ?? new SecretStore(limits);
    const secrets = new MatchedSecrets(this.store, () => {
      for (const block of options.lateSecrets?.() ?? []) this.takeBlock(block);
    });
    const make = (number: number, flow: Flow, parent?: Session['parent']) => {
      const session = new SshSession(number, flow, limits, sink, secrets);
      session.parent = parent;
      session.channelHandlers = handlersFor;
      return { session, handler: new SessionReader(session) };
    };
    const openInside: Place['openSession'] = (inner, place) => {
      options.share?.inside();
      return make(++this.sessions, inner, place);
    };
    const handlersFor = (session: SshSession) => channelHandlers(session, limits, sink, openInside);
    const open = (flow: Flow) => {
      const number = ++this.sessions;
      return options.share?.open(flow.stream, () => make(number, flow).handler, secrets) ?? make(number, flow).handler;
    };
    this.flows = new FlowTable(limits, { detect: detectSsh, open });
    this.skips = this.net.skipper(this.flows);
    options.share?.begin(this.flows);
  }

  push(piece: Uint8Array): void {
    this.input.push(piece, this);
    this.options.progress?.(this.input.bytesRead);
  }

  take(frame: Frame): void {
    this.frames++;
    const segment = this.net.read(frame);
    if (segment !== undefined) this.flows.segment(segment);
  }

  settle(): void {
    this.flows.settle();
    // The piece may be large.
    forgetView();
  }

  secrets(blocks: readonly SecretsBlock[]): void {
    for (; this.blocks < blocks.length; this.blocks++) this.takeBlock(blocks[this.blocks] as SecretsBlock);
  }

  private takeBlock(block: SecretsBlock): void {
    if (this.taken.has(block.offset)) return;
    if (this.sessions > 0 && this.options.lateSecrets === undefined) this.late++;
    this.taken.add(block.offset);
    this.store.addBlock(block);
  }

  private lateProblems(): Problem[] {
    if (this.late === 0) return [];
    const what = `${this.late} secrets block${this.late === 1 ? ' stands' : 's stand'} behind the first packets of sessions, which may have missed`;
    return [problem('limit', `${what} what they open: pipes and files beyond the limit lateSecretsBytes are not searched beforehand`)];
  }

  finish(): Outcome {
    const { input, net, flows } = this;
    input.finish();
    net.finish();
    flows.finish();
    const totals: CaptureTotals = {
      file: this.options.file ?? '-',
      format: input.format ?? 'unknown',
      compression: input.compression,
      bytes: input.bytesRead,
      frames: this.frames + flows.ignored,
      streams: flows.streams,
      sessions: this.sessions,
      problems: [...this.lateProblems(), ...this.store.problems, ...input.problems, ...net.problems, ...flows.problems],
    };
    if (input.refusal === undefined) this.sink.capture?.(totals);
    return { refusal: input.refusal, totals };
  }
}

/**
 * Reads a capture and gives what is found to `sink` as soon as it is known. Never throws for anything in the capture; an
 * error of `pieces` itself passes through.
 */
export async function dissect(pieces: Pieces, sink: Sink, options: DissectOptions = {}): Promise<Outcome> {
  const pipeline = new Pipeline(sink, options);
  for await (const piece of pieces) {
    pipeline.push(piece);
    if (pipeline.input.stopped) break;
  }
  return pipeline.finish();
}

/** The same as a stream of results. Memory stays bounded when the consumer is slow: a piece is read when its results are used up. */
export async function* results(pieces: Pieces, options: DissectOptions = {}): AsyncGenerator<Result, Outcome> {
  let ready: Result[] = [];
  const pipeline = new Pipeline(
    {
      identification: (identification) => ready.push({ kind: 'identification', identification }),
      packet: (packet) => ready.push({ kind: 'packet', packet }),
      session: (session) => ready.push({ kind: 'session', session }),
      transfer: (transfer) => ready.push({ kind: 'transfer', transfer }),
      capture: (capture) => ready.push({ kind: 'capture', capture }),
    },
    options,
  );
  for await (const piece of pieces) {
    pipeline.push(piece);
    yield* ready;
    ready = [];
    if (pipeline.input.stopped) break;
  }
  const outcome = pipeline.finish();
  yield* ready;
  return outcome;
}

/** The same, whole: for captures that fit into memory. */
export async function collect(pieces: Pieces, options: DissectOptions = {}): Promise<Collected> {
  const identifications: Identification[] = [];
  const packets: Packet[] = [];
  const sessions: Session[] = [];
  const sink: Sink = { identification: (i) => identifications.push(i), packet: (p) => packets.push(p), session: (s) => sessions.push(s) };
  return { ...(await dissect(pieces, sink, options)), identifications, packets, sessions };
}

/** The time before it is known whether a flow is SSH: what arrives is kept, and handed over when it is. */
import type { Limits } from '../limits.ts';
import type { Problem } from '../wire/problem.ts';
import type { Chunk, End, Flow, FlowConsumer, FlowHandler, Gap } from './chunk.ts';
import type { Budget } from './held.ts';
import type { StreamSink } from './reassemble.ts';

/** Chunks, gaps and problems kept for one flow; a flow with more of them and no verdict is not SSH. */
const KEPT_ITEMS = 1024;

/** What a flow is taken to cost while it is undecided, beside its bytes: its objects. */
const FLOW_COST = 8192;

type Item =
  | { readonly kind: 'data'; readonly chunk: Chunk; readonly at: number }
  | { readonly kind: 'gap'; readonly gap: Gap }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly from: End }
  | { readonly kind: 'closed'; readonly from: End };

/** Who is told the verdict. */
export interface Decision {
  /** The flow is wanted: gives its handler. */
  accept(): FlowHandler;
  /** It is not; `crowded` when only for want of room for its first bytes. */
  reject(crowded: boolean): void;
}

/**
 * Keeps the first bytes of both ends, at most Limits.detectBytes each, and asks the consumer each time there are more.
 * Where a gap is among them, the consumer sees the bytes before and after it side by side.
 */
export class Detection implements StreamSink {
  private readonly flow: Flow;
  private readonly consumer: FlowConsumer;
  private readonly limits: Limits;
  private readonly budget: Budget;
  private readonly decision: Decision;
  private readonly a = new Kept();
  private readonly b = new Kept();
  private items: Item[] = [];
  private closedEnds = 0;
  private decided = false;

  constructor(flow: Flow, consumer: FlowConsumer, limits: Limits, budget: Budget, decision: Decision) {
    this.flow = flow;
    this.consumer = consumer;
    this.limits = limits;
    this.budget = budget;
    this.decision = decision;
    budget.add(FLOW_COST);
  }

  data(chunk: Chunk): void {
    if (this.decided) return;
    const kept = chunk.from === 'a' ? this.a : this.b;
    const before = kept.length;
    const most = this.limits.detectBytes - before;
    // Most verdicts fall at the first bytes: these are looked at where they are, without a copy.
    const first = chunk.length <= most ? chunk.bytes : chunk.bytes.subarray(0, most);
    if (before > 0) this.keep(kept, first);
    const seen = before > 0 ? kept.bytes : first;
    const verdict = this.consumer.detect(this.flow, chunk.from === 'a' ? seen : this.a.bytes, chunk.from === 'b' ? seen : this.b.bytes);
    if (verdict === 'yes') this.accept().data(chunk);
    else if (verdict === 'no' || chunk.length >= most) this.reject(false);
    else {
      if (before === 0) this.keep(kept, chunk.bytes);
      this.add({ kind: 'data', chunk: chunk.moved(NOTHING, 0), at: before });
      if (this.budget.bytes > this.limits.heldBytes) this.reject(true);
    }
  }

  gap(gap: Gap): void {
    this.add({ kind: 'gap', gap });
  }

  problem(problem: Problem, from: End): void {
    this.add({ kind: 'problem', problem, from });
  }

  closed(from: End): void {
    this.add({ kind: 'closed', from });
    if (++this.closedEnds === 2) this.reject(false);
  }

  /** Frees what is kept. */
  discard(): void {
    if (!this.decided) this.budget.add(-FLOW_COST);
    this.decided = true;
    this.items = [];
    this.budget.bytes -= this.a.discard() + this.b.discard();
  }

  private keep(kept: Kept, bytes: Uint8Array): void {
    this.budget.add(kept.add(bytes));
  }

  private add(item: Item): void {
    if (this.decided) return;
    if (this.items.length < KEPT_ITEMS) this.items.push(item);
    else this.reject(false);
  }

  private accept(): FlowHandler {
    this.decided = true;
    this.budget.add(-FLOW_COST);
    const handler = this.decision.accept();
    for (const item of this.items) {
      if (item.kind === 'data') {
        const kept = item.chunk.from === 'a' ? this.a : this.b;
        handler.data(item.chunk.moved(kept.bytes, item.at));
      } else if (item.kind === 'gap') handler.gap(item.gap);
      else if (item.kind === 'problem') handler.problem(item.problem, item.from);
      else handler.closed?.(item.from);
    }
    this.discard();
    return handler;
  }

  private reject(crowded: boolean): void {
    if (this.decided) return;
    this.discard();
    this.decision.reject(crowded);
  }
}

const NOTHING = new Uint8Array(0);

/** Bytes in a buffer that grows. */
class Kept {
  private buffer = NOTHING;
  length = 0;

  get bytes(): Uint8Array {
    return this.length === this.buffer.length ? this.buffer : this.buffer.subarray(0, this.length);
  }

  /** Appends a copy of `bytes`; gives the growth of the buffer. */
  add(bytes: Uint8Array): number {
    const size = this.buffer.length;
    const length = this.length + bytes.length;
    if (length > size) {
      const grown = new Uint8Array(Math.max(2 * size, length));
      grown.set(this.bytes);
      this.buffer = grown;
    }
    this.buffer.set(bytes, this.length);
    this.length = length;
    return this.buffer.length - size;
  }

  /** Frees the buffer; gives its size. */
  discard(): number {
    const size = this.buffer.length;
    this.buffer = NOTHING;
    this.length = 0;
    return size;
  }
}

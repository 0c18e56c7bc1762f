/** Which sessions are whose when several threads read one capture. Every thread comes to the same answer by itself. */
import type { Share } from '../../src/dissect.ts';
import type { Limits } from '../../src/limits.ts';
import type { Secrets } from '../../src/ssh/kex/secrets.ts';
import type { Chunk, End, FlowEnd, FlowHandler, Gap } from '../../src/stream/chunk.ts';
import type { FlowTable } from '../../src/stream/flows.ts';
import type { Problem } from '../../src/wire/problem.ts';

/** The capture cannot be shared out: one thread has to read it alone. */
export class Inseparable extends Error {}

/** What a session costs besides its bytes, in bytes: the exchange of keys takes as long as the decryption of so many. */
const SESSION_COST = 64 * 1024;

/** What a frame of a session is taken for when its bytes were not counted. */
const FRAME_COST = 1024;

/** Owner of the sessions that were over when workers were started: nobody need dissect them again. */
const NOBODY = -1;

/** What one thread knows when it stops reading alone, and the others begin with. */
export interface Division {
  /** When that is, by `JobShare.tick`. */
  readonly after: number;
  /** Who gets the sessions that are open then, by the numbers of their streams. */
  readonly owners: ReadonlyMap<number, number>;
  /** What each thread gets by that. */
  readonly loads: readonly number[];
}

/** The share of one thread. All threads read the frames of the whole capture and know of all flows; each follows the sessions that are its own. */
export class JobShare implements Share {
  sessions = 0;
  /** Sessions inside others were met while there was one thread. */
  nested = false;
  readonly jobs: number;
  private readonly index: number;
  /** Bytes and costs of the sessions that each thread got so far. */
  private readonly loads: number[];
  /** One thread has all sessions, and nothing is counted. */
  private alone: boolean;
  private readonly division: Division | undefined;
  /** By owner + 1. */
  private readonly others: SharedSession[] = [];
  private secrets: Secrets | undefined;
  private table: FlowTable | undefined;

  /** Thread `index` of `jobs`; the first one has all sessions until `shareOut`, which gives what the others begin with. */
  constructor(index: number, jobs: number, division?: Division) {
    this.index = index;
    this.jobs = jobs;
    this.division = division;
    this.loads = [...(division?.loads ?? new Array<number>(jobs).fill(0))];
    this.alone = index === 0;
  }

  begin(table: FlowTable): void {
    this.table = table;
  }

  /** The clock by which results are put in order, the same in all threads: when in the capture what happens now happens. */
  get tick(): number {
    return this.table?.turn ?? 0;
  }

  /** Frames of the capture so far, as far as they are of TCP. */
  get frames(): number {
    return this.table?.frame ?? 0;
  }

  /** Segments of sessions so far, while one thread has them all. */
  get segments(): number {
    return this.table?.followed ?? 0;
  }

  /** Bytes of packets that were opened so far. */
  get opened(): number {
    return this.secrets?.opened ?? 0;
  }

  /** The part of the work so far, by its segments, that the busiest thread would have had, had it been shared out among all. */
  get busiest(): number {
    const open = this.table?.frameCounts() ?? [];
    const loads = new Array<number>(this.jobs).fill(0);
    for (const frames of open) {
      const least = leastOf(loads);
      loads[least] = (loads[least] ?? 0) + frames;
    }
    const sum = loads.reduce((a, b) => a + b, 0);
    // What is over could have gone to any thread.
    const over = Math.max(0, this.segments - sum);
    return sum + over === 0 ? 1 : (Math.max(...loads) + over / this.jobs) / (sum + over);
  }

  /** The session goes to the thread that has got least. */
  open(stream: number, make: () => FlowHandler, secrets: Secrets): FlowHandler {
    this.sessions++;
    this.secrets = secrets;
    if (this.alone) return make();
    const owner = this.early ? (this.division?.owners.get(stream) ?? NOBODY) : this.least();
    this.count(owner, SESSION_COST);
    return owner === this.index ? new SharedSession(this, owner, make()) : this.elsewhere(owner);
  }

  /** A worker reads what was read when there was none. */
  private get early(): boolean {
    return this.division !== undefined && this.tick <= this.division.after;
  }

  private least(): number {
    return leastOf(this.loads);
  }

  /** Who counts the bytes of the sessions of another thread, and those that come after the end of one's own: the same for all, so that a session costs nothing. */
  elsewhere(owner: number): SharedSession {
    this.others[owner + 1] ??= new SharedSession(this, owner, undefined);
    return this.others[owner + 1] as SharedSession;
  }

  /** An inner session has a number that the threads would have to agree on. */
  inside(): void {
    if (!this.alone) throw new Inseparable();
    this.nested = true;
  }

  /** Leaves the sessions that are open and go to other threads to these, which dissect them from their beginnings. */
  shareOut(): Division {
    const owners = new Map<number, number>();
    this.table?.hand((handler, { stream, frameCount }) => {
      const owner = this.least();
      this.loads[owner] = (this.loads[owner] ?? 0) + SESSION_COST + frameCount * FRAME_COST;
      owners.set(stream, owner);
      return new SharedSession(this, owner, owner === this.index ? handler : undefined);
    });
    this.alone = false;
    return { after: this.tick, owners, loads: [...this.loads] };
  }

  /** What workers read again is in the loads that they began with. */
  count(owner: number, bytes: number): void {
    if (owner !== NOBODY && !this.early) this.loads[owner] = (this.loads[owner] ?? 0) + bytes;
  }

  /**
   * Throws when this thread did or held more than its part of what the sessions of a run may together: a limit that one thread would
   * have reached then changes what is printed.
   */
  checkBudget(limits: Limits): void {
    if (this.overspent(limits)) throw new Inseparable();
  }

  /** Whether `times` as many flows as there were so far may be more than the table keeps (see `FlowTable.strained`). */
  crowds(times: number, { flows }: Pick<Limits, 'flows'>): boolean {
    return times * (this.table?.streams ?? 0) >= flows / 2;
  }

  overspent({ searchWorkTotal, privateWorkTotal, diagnoses }: Pick<Limits, 'searchWorkTotal' | 'privateWorkTotal' | 'diagnoses'>): boolean {
    const { secrets, jobs, table } = this;
    if (table?.strained(jobs) === true) return true;
    if (secrets === undefined) return false;
    const { units, fitting } = secrets.spent;
    return units > searchWorkTotal / 4 / jobs || fitting > privateWorkTotal / jobs || secrets.diagnosed > diagnoses / jobs;
  }
}

/** Who has least. */
function leastOf(loads: readonly number[]): number {
  return loads.indexOf(Math.min(...loads));
}

/** Counts what a session is given, and gives it on when the session is dissected here. */
class SharedSession implements FlowHandler {
  readonly owner: number;
  private readonly share: JobShare;
  private readonly handler: FlowHandler | undefined;

  constructor(share: JobShare, owner: number, handler: FlowHandler | undefined) {
    this.share = share;
    this.owner = owner;
    this.handler = handler;
  }

  get kept(): number {
    return this.handler?.kept ?? 0;
  }

  /** What comes after the end counts, too: another thread, which does not follow the session, does not know when it ends. */
  get heir(): SharedSession {
    return this.share.elsewhere(this.owner);
  }

  weigh(bytes: number): boolean {
    this.share.count(this.owner, bytes);
    return this.handler !== undefined;
  }

  data(chunk: Chunk): void {
    this.handler?.data(chunk);
  }

  counts(from: End, length: number, end: number): boolean {
    return this.handler?.counts?.(from, length, end) === true;
  }

  gap(gap: Gap): void {
    this.handler?.gap(gap);
  }

  problem(problem: Problem, from: End): void {
    this.handler?.problem(problem, from);
  }

  closed(from: End): void {
    this.handler?.closed?.(from);
  }

  end(how: FlowEnd): void {
    this.handler?.end(how);
  }
}

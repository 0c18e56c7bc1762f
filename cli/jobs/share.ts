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

/** The share of one thread. All threads read the frames of the whole capture and know of all flows; each follows the sessions that are its own. */
export class JobShare implements Share {
  /** Segments of sessions so far. */
  segments = 0;
  sessions = 0;
  /** Sessions inside others were met while there was one thread. */
  nested = false;
  private readonly index: number;
  private readonly jobs: number;
  /** Bytes and costs of the sessions that each thread got so far. */
  private readonly loads: number[];
  /** The sessions that are open while one thread has them all; undefined once they are shared out. */
  private alone: Set<SharedSession> | undefined;
  private readonly others: SharedSession[] = [];
  private secrets: Secrets | undefined;
  private table: FlowTable | undefined;

  /** Thread `index` of `jobs`; the first one has all sessions until `shareOut`. */
  constructor(index: number, jobs: number) {
    this.index = index;
    this.jobs = jobs;
    this.loads = new Array(jobs).fill(0);
    this.alone = index === 0 ? new Set() : undefined;
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

  /** The session goes to the thread that has got least. */
  open(_number: number, make: () => FlowHandler, secrets: Secrets): FlowHandler {
    this.sessions++;
    this.secrets = secrets;
    const owner = this.loads.indexOf(Math.min(...this.loads));
    this.count(owner, SESSION_COST);
    if (this.alone === undefined && owner !== this.index) return this.elsewhere(owner);
    const session = new SharedSession(this, owner, make());
    this.alone?.add(session);
    return session;
  }

  /** Who counts the bytes of the sessions of another thread, and those that come after the end of one's own: the same for all, so that a session costs nothing. */
  elsewhere(owner: number): SharedSession {
    this.others[owner] ??= new SharedSession(this, owner, undefined);
    return this.others[owner];
  }

  /** An inner session has a number that the threads would have to agree on. */
  inside(): void {
    if (this.alone === undefined) throw new Inseparable();
    this.nested = true;
  }

  /** Leaves the sessions of other threads to them, which dissect these from their beginnings. */
  shareOut(): void {
    for (const session of this.alone ?? []) if (session.owner !== this.index) session.leave();
    this.alone = undefined;
  }

  closed(session: SharedSession): void {
    this.alone?.delete(session);
  }

  count(owner: number, bytes: number): void {
    this.loads[owner] = (this.loads[owner] ?? 0) + bytes;
  }

  /**
   * Throws when this thread did or held more than its part of what the sessions of a run may together: a limit that one thread would
   * have reached then changes what is printed.
   */
  checkBudget(limits: Limits): void {
    if (this.overspent(limits)) throw new Inseparable();
  }

  overspent({ searchWorkTotal, privateWorkTotal, diagnoses }: Pick<Limits, 'searchWorkTotal' | 'privateWorkTotal' | 'diagnoses'>): boolean {
    const { secrets, jobs, table } = this;
    if (table?.strained(jobs) === true) return true;
    if (secrets === undefined) return false;
    const { units, fitting } = secrets.spent;
    return units > searchWorkTotal / 4 / jobs || fitting > privateWorkTotal / jobs || secrets.diagnosed > diagnoses / jobs;
  }
}

/** Counts what a session is given, and gives it on when the session is dissected here. */
class SharedSession implements FlowHandler {
  readonly owner: number;
  private readonly share: JobShare;
  private handler: FlowHandler | undefined;

  constructor(share: JobShare, owner: number, handler: FlowHandler | undefined) {
    this.share = share;
    this.owner = owner;
    this.handler = handler;
  }

  leave(): void {
    this.handler = undefined;
  }

  get kept(): number {
    return this.handler?.kept ?? 0;
  }

  /** What comes after the end counts, too: another thread, which does not follow the session, does not know when it ends. */
  get heir(): SharedSession {
    return this.share.elsewhere(this.owner);
  }

  weigh(bytes: number): boolean {
    this.share.segments++;
    this.share.count(this.owner, bytes);
    return this.handler !== undefined;
  }

  data(chunk: Chunk): void {
    this.handler?.data(chunk);
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
    this.share.closed(this);
    this.handler?.end(how);
    // Old memory of the set may still point here, and what hangs on that the garbage collector takes for living a long time.
    this.leave();
  }
}

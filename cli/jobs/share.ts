/** Which sessions are whose when several threads read one capture. Every thread comes to the same answer by itself. */
import type { Share } from '../../src/dissect.ts';
import type { Limits } from '../../src/limits.ts';
import type { Secrets } from '../../src/ssh/kex/secrets.ts';
import type { Chunk, End, FlowEnd, FlowHandler, Gap } from '../../src/stream/chunk.ts';
import type { Problem } from '../../src/wire/problem.ts';

/** The capture cannot be shared out: one thread has to read it alone. */
export class Inseparable extends Error {}

/** What a session costs besides its bytes, in bytes: the exchange of keys takes as long as the decryption of so many. */
const SESSION_COST = 64 * 1024;
/** Of so many calls one is measured. */
const SAMPLE = 8;

/** The share of one thread. All threads read the whole capture up to the bytes of its flows; each dissects the sessions that are its own. */
export class JobShare implements Share {
  /** Calls of all sessions so far, also of those of other threads: the clock by which results are put in order. */
  tick = 0;
  /** Milliseconds that sessions took while one thread had them all, about: one call in SAMPLE is measured. */
  busy = 0;
  sessions = 0;
  /** Sessions inside others were met while there was one thread. */
  nested = false;
  private readonly index: number;
  private readonly jobs: number;
  /** Bytes and costs of the sessions that each thread got so far. */
  private readonly loads: number[];
  /** The sessions that are open while one thread has them all; undefined once they are shared out. */
  private alone: Set<SharedSession> | undefined;
  private secrets: Secrets | undefined;

  /** Thread `index` of `jobs`; the first one has all sessions until `shareOut`. */
  constructor(index: number, jobs: number) {
    this.index = index;
    this.jobs = jobs;
    this.loads = new Array(jobs).fill(0);
    this.alone = index === 0 ? new Set() : undefined;
  }

  /** The session goes to the thread that has got least. */
  open(_number: number, make: () => FlowHandler, secrets: Secrets): FlowHandler {
    this.sessions++;
    this.secrets = secrets;
    const owner = this.loads.indexOf(Math.min(...this.loads));
    this.count(owner, SESSION_COST);
    const session = new SharedSession(this, owner, this.alone !== undefined || owner === this.index ? make() : undefined);
    this.alone?.add(session);
    return session;
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

  /** A session is called. Gives what `ends` is to be told. */
  begins(): number {
    return ++this.tick % SAMPLE === 0 && this.alone !== undefined ? performance.now() : 0;
  }

  ends(began: number): void {
    if (began > 0) this.busy += SAMPLE * (performance.now() - began);
  }

  /**
   * Throws when this thread did more than its part of what the sessions of a run may do together: a limit that one thread would have
   * reached then changes what is printed.
   */
  checkBudget({ searchWorkTotal, diagnoses }: Limits): void {
    if (this.overspent({ searchWorkTotal, diagnoses })) throw new Inseparable();
  }

  overspent({ searchWorkTotal, diagnoses }: Pick<Limits, 'searchWorkTotal' | 'diagnoses'>): boolean {
    const { secrets, jobs } = this;
    return secrets !== undefined && (secrets.spent.units > searchWorkTotal / 4 / jobs || secrets.diagnosed > diagnoses / jobs);
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

  data(chunk: Chunk): void {
    const began = this.share.begins();
    this.share.count(this.owner, chunk.bytes.length);
    this.handler?.data(chunk);
    this.share.ends(began);
  }

  gap(gap: Gap): void {
    const began = this.share.begins();
    this.handler?.gap(gap);
    this.share.ends(began);
  }

  problem(problem: Problem, from: End): void {
    this.share.begins();
    this.handler?.problem(problem, from);
  }

  closed(from: End): void {
    const began = this.share.begins();
    this.handler?.closed?.(from);
    this.share.ends(began);
  }

  end(how: FlowEnd): void {
    const began = this.share.begins();
    this.share.closed(this);
    this.handler?.end(how);
    // Old memory of the set may still point here, and what hangs on that the garbage collector takes for living a long time.
    this.leave();
    this.share.ends(began);
  }
}

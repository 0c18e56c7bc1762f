/** Ctrl-C and its kin: what was begun is taken back before the program ends. */
import type { World } from './command.ts';

/** The signals that end a program, and their numbers, which are in its exit code. */
export const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type Signal = keyof typeof SIGNALS;

/** Milliseconds after which a signal is noticed: regular files are read without a turn of the loop that tells of it. */
const TURN = 50;

/** The user ended the program. */
export class InterruptedError extends Error {
  readonly signal: Signal;

  constructor(signal: Signal) {
    super('interrupted');
    this.signal = signal;
  }
}

/** Listens for signals while there is something to take back. Otherwise they end the program by themselves. */
export class Interrupts {
  private readonly world: World;
  private readonly listeners = new Map<Signal, () => void>();
  private seen: InterruptedError | undefined;
  private looked = 0;
  /** Told of a signal where somebody waits. */
  private readonly told = new Set<(error: InterruptedError) => void>();

  constructor(world: World) {
    this.world = world;
  }

  /** True when signals are taken. */
  get begun(): boolean {
    return this.listeners.size > 0;
  }

  /** Takes signals from now on, all but those of `others`. The second one of a kind is not waited for: it ends the program as ever. */
  begin(others: readonly Signal[] = []): void {
    for (const signal of Object.keys(SIGNALS) as Signal[]) {
      if (this.world.signals === undefined || this.listeners.has(signal) || others.includes(signal)) continue;
      const listener = () => this.take(signal);
      this.listeners.set(signal, listener);
      this.world.signals.once(signal, listener);
    }
  }

  end(): void {
    for (const [signal, listener] of this.listeners) this.world.signals?.off(signal, listener);
    this.listeners.clear();
  }

  /** Calls `tell` when there is a signal; gives what takes that back. */
  on(tell: (error: InterruptedError) => void): () => void {
    this.told.add(tell);
    return () => this.told.delete(tell);
  }

  /** `pieces` as they come. Throws an InterruptedError when there was a signal, also while a piece is waited for. */
  async *watch(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = pieces[Symbol.asyncIterator]();
    let whole = false;
    try {
      for (;;) {
        await this.turn();
        const next = await this.nextOf(iterator);
        if (next.done === true) {
          whole = true;
          return;
        }
        yield next.value;
      }
    } finally {
      // Whoever still waits for a piece of a pipe would wait here, too.
      if (!whole && this.seen === undefined) await iterator.return?.();
    }
  }

  private async nextOf(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    if (!this.begun) return iterator.next();
    let forget = () => {};
    const signal = new Promise<never>((_, reject) => {
      forget = this.on(reject);
    });
    try {
      return await Promise.race([iterator.next(), signal]);
    } finally {
      forget();
    }
  }

  /** Lets signals come in, now and then; throws when one did. */
  private async turn(): Promise<void> {
    if (!this.begun) return;
    const now = performance.now();
    if (now - this.looked > TURN) {
      this.looked = now;
      await new Promise(setImmediate);
    }
    if (this.seen !== undefined) throw this.seen;
  }

  private take(signal: Signal): void {
    this.seen ??= new InterruptedError(signal);
    for (const tell of this.told) tell(this.seen);
  }
}

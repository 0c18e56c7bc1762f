/** Results of several threads come in the order of one, as soon as it is certain and not before. */
import { type Batch, Batcher } from '../../../cli/jobs/batch.ts';
import { JobShare } from '../../../cli/jobs/share.ts';
import { Turns } from '../../../cli/jobs/turns.ts';
import { DEFAULT_LIMITS } from '../../../src/limits.ts';
import type { Secrets } from '../../../src/ssh/kex/secrets.ts';
import { Chunk, type FlowHandler } from '../../../src/stream/chunk.ts';
import { randomOf } from '../../support/random.ts';

function batch(reached: number, ...parts: readonly (readonly [tick: number, part: string])[]): Batch {
  const batcher = new Batcher();
  for (const [tick, part] of parts) batcher.add(tick, part);
  return batcher.take(reached);
}

describe('turns', () => {
  let out = '';
  let sizes: number[] = [];
  const make = (threads: number) => {
    [out, sizes] = ['', new Array(threads).fill(0)];
    return new Turns(
      threads,
      (part) => {
        out += new TextDecoder().decode(part);
      },
      (thread, size) => {
        sizes[thread] = (sizes[thread] ?? 0) + size;
      },
    );
  };
  const add = (turns: Turns, thread: number, b: Batch) => {
    turns.add(thread, b);
    turns.write();
  };

  test('a part waits until no other thread can give an earlier one', () => {
    const turns = make(2);
    add(turns, 0, batch(5, [2, 'b'], [5, 'd']));
    expect(out).toBe('');
    expect(turns.waiting(0)).toBe(2);
    add(turns, 1, batch(3, [1, 'a']));
    expect(out).toBe('ab');
    add(turns, 1, batch(4, [4, 'c']));
    expect(out).toBe('abc');
    add(turns, 1, batch(9));
    expect(out).toBe('abcd');
    expect(turns.waiting(0)).toBe(0);
    expect(sizes).toEqual([2, 2]);
  });

  test('several parts of one call, in two batches', () => {
    const turns = make(2);
    add(turns, 1, batch(6, [7, 'a'], [7, 'b']));
    add(turns, 0, batch(8, [8, 'd']));
    expect(out).toBe('ab');
    add(turns, 1, batch(7, [7, 'c']));
    expect(out).toBe('abc');
    add(turns, 1, batch(Number.POSITIVE_INFINITY));
    expect(out).toBe('abcd');
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('any work in any batches (seed %i)', (seed) => {
    const random = randomOf(seed);
    const threads = 1 + Math.floor(random() * 4);
    const turns = make(threads);
    const owners = Array.from({ length: 300 }, () => Math.floor(random() * threads));
    const parts = owners.map((_, tick) => (random() < 0.5 ? '' : `${tick},`.repeat(1 + Math.floor(random() * 2))));
    const at = new Array<number>(threads).fill(-1);
    while (at.some((reached) => reached < owners.length)) {
      const thread = Math.floor(random() * threads);
      const from = at[thread] as number;
      const to = Math.min(owners.length, from + 1 + Math.floor(random() * 30));
      const mine = owners.flatMap((owner, tick) => (owner === thread && tick > from && tick <= to ? [[tick, parts[tick] as string] as const] : []));
      at[thread] = to;
      add(turns, thread, batch(to, ...mine));
      // Everything that is certain is there, and nothing else.
      expect(out).toBe(parts.slice(0, Math.min(...at) + 1).join('') + out.slice(parts.slice(0, Math.min(...at) + 1).join('').length));
      expect(parts.join('').startsWith(out)).toBe(true);
    }
    expect(out).toBe(parts.join(''));
  });
});

describe('shares', () => {
  const handler = (): FlowHandler => ({ data() {}, gap() {}, problem() {}, end() {} });
  const secrets = { spent: { units: 0 }, diagnosed: 0 } as Secrets;
  const chunk = (size: number) => new Chunk('a', 0, new Uint8Array(size), 0, size, { frame: 1, seconds: 0, nanos: 0 }, []);

  test('every session belongs to one thread, the same in the eyes of all, and the large ones are spread', () => {
    const first = new JobShare(0, 3);
    const division = { ...first.shareOut(), after: -1 };
    const shares = [first, ...[1, 2].map((index) => new JobShare(index, 3, division))];
    const made = Array.from({ length: 30 }, () => [0, 0, 0]);
    const loads = [0, 0, 0];
    for (let n = 0; n < 30; n++) {
      const size = n % 3 === 0 ? 1_000_000 : 10;
      for (const [index, share] of shares.entries()) {
        const open = share.open(
          n + 1,
          () => {
            (made[n] as number[])[index] = size;
            return handler();
          },
          secrets,
        );
        const mine = open.weigh?.(size);
        open.data(chunk(size));
        expect(mine).toBe((made[n] as number[])[index] === size);
      }
    }
    for (const [n, by] of made.entries()) {
      expect(by.filter((size) => size > 0)).toHaveLength(1);
      for (const [index, size] of by.entries()) loads[index] = (loads[index] ?? 0) + size;
      expect(n).toBeLessThan(30);
    }
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(1_500_000);
  });

  test('one that did more than its part of what all may do together gives up', () => {
    const share = new JobShare(1, 2);
    const spent = { ...secrets, spent: { units: DEFAULT_LIMITS.searchWorkTotal / 8, fitting: 0 } };
    share.open(1, handler, spent);
    expect(share.overspent(DEFAULT_LIMITS)).toBe(false);
    spent.spent.units++;
    expect(() => share.checkBudget(DEFAULT_LIMITS)).toThrow();
    spent.spent = { units: 0, fitting: DEFAULT_LIMITS.privateWorkTotal / 2 + 1 };
    expect(() => share.checkBudget(DEFAULT_LIMITS)).toThrow();
  });

  test('a session inside another is noted while one thread reads, and stops those who share', () => {
    const first = new JobShare(0, 2);
    first.inside();
    expect(first.nested).toBe(true);
    expect(() => new JobShare(1, 2).inside()).toThrow();
  });
});

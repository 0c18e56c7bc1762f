/**
 * Tapes: the random numbers that a case was made of. A target makes its case from a generator of numbers, so that every change
 * to the tape gives another case of the same build: what a mutation of bytes would break stays whole.
 */
import { randomOf } from '../support/random.ts';
import { pick, type Random } from './mutate.ts';

/** Numbers in [0, 1), in the order in which they are asked for. */
export type Tape = readonly number[];

/** Numbers kept of one case, at most; what is asked for beyond comes from the generator alone. */
const LONGEST = 20_000;

/** Plays a tape, goes on with fresh numbers behind its end, and records what was given. */
export class Player {
  private readonly given: number[] = [];
  private readonly fresh: Random;
  private readonly tape: Tape;

  constructor(seed: number, tape: Tape = []) {
    this.fresh = randomOf(seed);
    this.tape = tape;
  }

  readonly next: Random = () => {
    const value = this.tape[this.given.length] ?? this.fresh();
    if (this.given.length < LONGEST) this.given.push(value);
    return value;
  };

  get recorded(): Tape {
    return this.given;
  }
}

type Change = (tape: Tape, random: Random, other: Tape) => Tape;

const place = (tape: Tape, random: Random) => Math.floor(random() * (tape.length + 1));
const numbers = (random: Random, most: number) => Array.from({ length: 1 + Math.floor(random() * most) }, random);

const CHANGES: readonly Change[] = [
  // Some other numbers, so that the rest keeps its meaning: the most useful one, so it comes often.
  changeSome,
  changeSome,
  changeSome,
  // Another end.
  (tape, random) => tape.slice(0, place(tape, random)),
  // More, or fewer, or twice what was done somewhere.
  (tape, random) => put(tape, place(tape, random), numbers(random, 8)),
  (tape, random) => {
    const at = place(tape, random);
    return [...tape.slice(0, at), ...tape.slice(at + 1 + Math.floor(random() * 8))];
  },
  (tape, random) => {
    const at = place(tape, random);
    return put(tape, at, tape.slice(at, at + 1 + Math.floor(random() * 30)));
  },
  (tape, random, other) => [...tape.slice(0, place(tape, random)), ...other.slice(place(other, random))],
];

function changeSome(tape: Tape, random: Random): Tape {
  const out = [...tape];
  for (let n = 1 + Math.floor(random() * 4); n > 0 && out.length > 0; n--) out[Math.floor(random() * out.length)] = random();
  return out;
}

function put(tape: Tape, at: number, more: Tape): Tape {
  return [...tape.slice(0, at), ...more, ...tape.slice(at)];
}

/** `tape` after one to three changes. `other` is another tape of the same target. */
export function changed(tape: Tape, random: Random, other: Tape): Tape {
  let out = tape;
  for (let n = 1 + Math.floor(random() * 3); n > 0; n--) out = pick(CHANGES, random)(out, random, other);
  return out;
}

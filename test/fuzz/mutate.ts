/** Mutations of byte arrays: what a broken disk, a broken program or an enemy does to a file. */
import { concat } from '../../src/bytes/concat.ts';

export type Random = () => number;

const INTERESTING = [0, 1, 3, 4, 5, 7, 8, 0x14, 0x15, 0x1f, 0x7f, 0x80, 0xfe, 0xff];
const LENGTHS = [0, 1, 4, 11, 12, 35_000, 0x3ffff, 0x40000, 0x40001, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

type Mutator = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

function at(bytes: Uint8Array, random: Random): number {
  return Math.floor(random() * bytes.length);
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** All mutations, by what they do. */
export const MUTATORS: Readonly<Record<string, Mutator>> = {
  'flip a bit': (bytes, random) => {
    const out = bytes.slice();
    const i = at(out, random);
    out[i] = (out[i] as number) ^ (1 << Math.floor(random() * 8));
    return out;
  },
  'set a byte': (bytes, random) => {
    const out = bytes.slice();
    out[at(out, random)] = pick(INTERESTING, random);
    return out;
  },
  'set a length': (bytes, random) => {
    const out = bytes.slice();
    if (out.length >= 4) new DataView(out.buffer).setUint32(Math.floor(random() * (out.length - 3)), pick(LENGTHS, random), random() < 0.5);
    return out;
  },
  'cut the end': (bytes, random) => bytes.slice(0, at(bytes, random)),
  'take out a piece': (bytes, random) => {
    const i = at(bytes, random);
    const n = Math.floor(random() * 200);
    return concat([bytes.subarray(0, i), bytes.subarray(i + n)]);
  },
  'repeat a piece': (bytes, random) => {
    const i = at(bytes, random);
    const n = Math.floor(random() * 400);
    return concat([bytes.subarray(0, i + n), bytes.subarray(i)]);
  },
  'put in noise': (bytes, random) => {
    const i = at(bytes, random);
    const noise = Uint8Array.from({ length: Math.floor(random() * 64) }, () => Math.floor(random() * 256));
    return concat([bytes.subarray(0, i), noise, bytes.subarray(i)]);
  },
  'cross with another': (bytes, random, other) => concat([bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random))]),
};

/** `bytes` after one to six mutations. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let out = bytes;
  for (let n = 1 + Math.floor(random() * 6); n > 0 && out.length > 0; n--) out = pick(Object.values(MUTATORS), random)(out, random, other);
  return out;
}

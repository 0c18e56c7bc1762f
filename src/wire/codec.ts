/**
 * Codecs: one declaration that reads, writes, names and types a piece of wire data. Those who compose codecs never
 * mention offsets; the Cursor notes them as it reads. Data types are those of RFC 4251 section 5.
 */
import { latin1, latin1Bytes, utf8 } from '../bytes/text.ts';
import type { Cursor } from './cursor.ts';
import { Writer } from './writer.ts';

/** Reads and writes a T. `kind` is the RFC 4251 name of the type, or the kind of structure. */
export interface Codec<T> {
  readonly kind: string;
  readonly doc?: string;
  /** A password or the like: shown only to those who ask for it. */
  readonly secret?: true;
  /** The fields of a struct in their order, for those who describe it without reading one. */
  readonly parts?: readonly (readonly [name: string, codec: Codec<unknown>])[];
  read(c: Cursor): T;
  write(w: Writer, value: T): void;
  /**
   * Moves past a value without making it: true only when `read` would read the same bytes and find no problem and no secret. False
   * means doubt, the place is then lost, and `read` tells. Left out where nobody needs it.
   */
  skim?(c: Cursor): boolean;
  /** What a value stands for, when a table says so. */
  label?(value: T): string | undefined;
}

/** The value type of a codec. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

type ShapeValue<S> = { [K in keyof S]: ValueOf<S[K]> };

export const uint8: Codec<number> = { kind: 'byte', read: (c) => c.uint8(), write: (w, v) => w.uint8(v), skim: (c) => c.skip(1) };

export const uint32: Codec<number> = { kind: 'uint32', read: (c) => c.uint32(), write: (w, v) => w.uint32(v), skim: (c) => c.skip(4) };

export const uint64: Codec<bigint> = {
  kind: 'uint64',
  read: (c) => {
    c.need(8, 'uint64'); // both halves or neither
    return (BigInt(c.uint32()) << 32n) | BigInt(c.uint32());
  },
  write: (w, v) => {
    w.uint32(Number((v >> 32n) & 0xffffffffn));
    w.uint32(Number(v & 0xffffffffn));
  },
};

/** RFC 4251: 0 is FALSE, 1 is TRUE; any other non-zero value means TRUE and must not be sent. */
export const boolean: Codec<boolean> = {
  kind: 'boolean',
  read: (c) => {
    const v = c.uint8();
    if (v > 1) c.report('noncanonical', `a boolean is 0 or 1, not ${v}`, { start: c.pos - 1, end: c.pos }, '4251#5');
    return v !== 0;
  },
  write: (w, v) => w.uint8(v ? 1 : 0),
};

/** Exactly `length` bytes. */
export function bytes(length: number): Codec<Uint8Array> {
  return { kind: 'bytes', read: (c) => c.take(length), write: (w, v) => w.put(v), skim: (c) => c.skip(length) };
}

/** All bytes up to the end of the innermost box. */
export const rest: Codec<Uint8Array> = { kind: 'bytes', read: (c) => c.take(c.remaining), write: (w, v) => w.put(v), skim: (c) => c.skip(c.remaining) };

/** Opaque bytes behind their length. */
export const string: Codec<Uint8Array> = { kind: 'string', read: (c) => c.string(), write: (w, v) => w.string(v), skim: (c) => c.skipString() >= 0 };

/** Text behind its length. */
export const text: Codec<string> = {
  kind: 'text',
  read: (c) => c.text(),
  write: (w, v) => w.string(utf8(v)),
  skim: (c) => c.skipString() >= 0,
};

/** A multiple precision integer; the value is its two's complement bytes as they stand on the wire. */
export const mpint: Codec<Uint8Array> = {
  kind: 'mpint',
  read: (c) => {
    const start = c.pos;
    const v = c.string();
    const first = v[0];
    if (first !== undefined) {
      const second = (v[1] ?? -1) & 0x80;
      const padded = (first === 0 && (v.length === 1 || second === 0)) || (first === 0xff && v.length > 1 && second !== 0);
      if (padded) c.report('noncanonical', 'an mpint with unnecessary leading bytes', { start, end: c.pos }, '4251#5');
      else if (first & 0x80) c.report('noncanonical', 'a negative number', { start, end: c.pos }, '4251#5');
    }
    return v;
  },
  write: (w, v) => w.string(v),
  skim: (c) => {
    const length = c.skipString();
    if (length <= 0) return length === 0;
    // Positive, and no zero in front that is not needed.
    const first = c.bytes[c.pos - length] as number;
    return first === 0 ? length > 1 && (c.bytes[c.pos - length + 1] as number) > 0x7f : first < 0x80;
  },
};

/** Comma-separated names. An empty list has no names; RFC 4251 wants names that are not empty, ASCII, of 64 characters at most. */
export const nameList: Codec<string[]> = {
  kind: 'name-list',
  read: (c) => {
    const start = c.pos;
    const raw = latin1(c.string());
    if (raw === '') return [];
    const names = raw.split(',');
    const odd = names.find((n) => n === '' || n.length > 64 || !/^[\x21-\x7e]+$/.test(n));
    const what = odd === '' ? 'an empty name in a list: a comma too many' : `not a name by the rules: ${JSON.stringify(odd?.slice(0, 80))}`;
    if (odd !== undefined) c.report('noncanonical', what, { start, end: c.pos }, '4251#6');
    return names;
  },
  write: (w, v) => w.string(latin1Bytes(v.join(','))),
};

/** Fields one after the other, under the names of `shape`. */
// biome-ignore lint/suspicious/noExplicitAny: a shape may hold codecs of any value; ShapeValue gets each one's type back
export function struct<S extends Record<string, Codec<any>>>(shape: S): Codec<ShapeValue<S>> {
  const entries = Object.entries(shape) as [string, Codec<unknown>][];
  const codecs = entries.map(([, codec]) => codec);
  return {
    kind: 'struct',
    parts: entries,
    read: (c) => {
      const out: Record<string, unknown> = {};
      for (const [name, codec] of entries) out[name] = c.field(name, codec);
      return out as ShapeValue<S>;
    },
    write: (w, v) => {
      for (const [name, codec] of entries) codec.write(w, (v as Record<string, unknown>)[name]);
    },
    skim: (c) => {
      for (let i = 0; i < codecs.length; i++) if (codecs[i]?.skim?.(c) !== true) return false;
      return true;
    },
  };
}

/** A `string` whose content is itself structured. */
export function box<T>(inner: Codec<T>): Codec<T> {
  return {
    kind: inner.kind,
    ...(inner.doc === undefined ? {} : { doc: inner.doc }),
    read: (c) => c.box(c.field('(length)', uint32), inner),
    write: (w, v) => w.string(encode(inner, v)),
    skim: (c) => c.skimBox(inner),
  };
}

/**
 * A tag that decides what follows, in one object: `by('algorithm', text, tag => codec)`. The chosen codec must give
 * an object; its fields stand beside the tag.
 */
export function by<N extends string, K>(tag: N, tagCodec: Codec<K>, choose: (tag: K) => Codec<object>): Codec<Record<N, K> & Record<string, unknown>> {
  return {
    kind: 'struct',
    read: (c) => {
      const key = c.field(tag, tagCodec);
      return { [tag]: key, ...choose(key).read(c) } as Record<N, K> & Record<string, unknown>;
    },
    write: (w, v) => {
      tagCodec.write(w, v[tag]);
      choose(v[tag]).write(w, v);
    },
    skim: (c) => {
      const start = c.pos;
      if (tagCodec.skim?.(c) !== true) return false;
      c.pos = start;
      return choose(tagCodec.read(c)).skim?.(c) === true;
    },
  };
}

/** `codec` again and again to the end of the innermost box, or `count` times. Children are numbered from 0. */
export function repeat<T>(codec: Codec<T>, count?: number): Codec<T[]> {
  return {
    kind: 'list',
    read: (c) => {
      const out: T[] = [];
      while (count === undefined ? c.remaining > 0 : out.length < count) {
        const before = c.pos;
        out.push(c.field(String(out.length), codec));
        if (c.pos === before) break; // a codec that eats nothing would never end
      }
      return out;
    },
    write: (w, v) => {
      for (const one of v) codec.write(w, one);
    },
  };
}

/** A uint32 that counts, then that many of `codec`. */
export function counted<T>(codec: Codec<T>): Codec<T[]> {
  return {
    kind: 'list',
    read: (c) => repeat(codec, c.field('(count)', uint32)).read(c),
    write: (w, v) => {
      w.uint32(v.length);
      for (const one of v) codec.write(w, one);
    },
  };
}

/** `codec` if anything is left in the innermost box, otherwise nothing. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    ...codec,
    read: (c) => (c.remaining > 0 ? codec.read(c) : undefined),
    write: (w, v) => {
      if (v !== undefined) codec.write(w, v);
    },
    skim: (c) => c.remaining === 0 || codec.skim?.(c) === true,
    label: (v) => (v === undefined ? undefined : codec.label?.(v)),
  };
}

/** `codec` with names for its values. */
export function named(codec: Codec<number>, table: Readonly<Record<number, string>>): Codec<number> {
  return { ...codec, label: (v) => table[v] };
}

/** `codec` with a line that says what it is for. */
export function described<T>(codec: Codec<T>, doc: string): Codec<T> {
  return { ...codec, doc };
}

/** `codec` for a password or the like: its fields are marked, so that renderers can hide their values. */
export function secret<T>(codec: Codec<T>): Codec<T> {
  return {
    ...codec,
    secret: true,
    read: (c) => {
      c.secret = true;
      return codec.read(c);
    },
    skim: () => false,
  };
}

/** The bytes of `value`. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const w = new Writer();
  codec.write(w, value);
  return w.finish();
}

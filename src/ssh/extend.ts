/** Codecs that RFC 4250-4254 need and the wire layer does not know. */
import { type Codec, string, uint32 } from '../wire/codec.ts';

/** Fields that decide which fields stand behind them, in one object: `head`, then what `choose` says of its value. */
export function extend<H extends object>(head: Codec<H>, choose: (head: H) => Codec<object>): Codec<H & Record<string, unknown>> {
  return {
    kind: 'struct',
    ...(head.parts === undefined ? {} : { parts: head.parts }),
    read: (c) => {
      const first = head.read(c);
      return { ...first, ...choose(first).read(c) } as H & Record<string, unknown>;
    },
    write: (w, v) => {
      head.write(w, v);
      choose(v).write(w, v);
    },
  };
}

/** A `string` that must have `length` bytes by `rfc`; another length is `malformed`, and the bytes are kept. */
export function sized(length: number, what: string, rfc: string): Codec<Uint8Array> {
  return {
    ...string,
    read: (c) => {
      const start = c.pos;
      const v = c.string();
      if (v.length !== length) c.report('malformed', `${what} of ${v.length} bytes, where ${length} belong`, { start, end: c.pos }, rfc);
      return v;
    },
    skim: (c) => c.skipString() === length,
  };
}

/** A uint32 (or byte) of bits that have names: bit number to name. */
export function bitset(codec: Codec<number>, names: Readonly<Record<number, string>>): Codec<number> {
  return { ...codec, label: (v) => bitNames(v, names) };
}

/** The names of the bits of `value` that are set, `bit 9` for one without a name; empty for 0. */
export function bitNames(value: number | undefined, names: Readonly<Record<number, string>>): string {
  const out: string[] = [];
  for (let bit = 0; bit < 32; bit++) if (((value ?? 0) >>> bit) & 1) out.push(names[bit] ?? `bit ${bit}`);
  return out.join(', ');
}

/** Reserved for future extensions: 0 by RFC 4253 section 7.1. */
export const reserved: Codec<number> = {
  ...uint32,
  read: (c) => {
    const v = c.uint32();
    if (v !== 0) c.report('noncanonical', `a reserved field of ${v}, where 0 belongs`, { start: c.pos - 4, end: c.pos }, '4253#7.1');
    return v;
  },
  skim: () => false,
};

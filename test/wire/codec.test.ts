import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { box, by, described, encode, mpint, nameList, rest, secret, string, struct, text, uint32 } from '../../src/wire/codec.ts';
import { decode } from '../../src/wire/cursor.ts';
import { leaves } from '../../src/wire/field.ts';

const hex = (s: string) => fromHex(s.replaceAll(' ', '')) as Uint8Array;

test('the mpint examples of RFC 4251 section 5 are read as they stand', () => {
  for (const wire of ['00000000', '0000000809a378f9b2e332a7', '000000020080', '00000002edcc', '00000005ff21524111']) {
    const d = decode(mpint, hex(wire));
    expect(toHex(encode(mpint, d.value))).toBe(wire);
  }
});

test('the name-list examples of RFC 4251 section 5', () => {
  expect(decode(nameList, hex('00000000')).value).toEqual([]);
  expect(decode(nameList, hex('000000047a6c6962')).value).toEqual(['zlib']);
  expect(decode(nameList, hex('000000097a6c69622c6e6f6e65')).value).toEqual(['zlib', 'none']);
});

const message = struct({
  code: uint32,
  blob: box(by('type', text, (t) => (t === 'a' ? struct({ x: uint32, y: string }) : struct({ data: rest })))),
  tail: text,
});

test('a cut inside keeps the partial tree, and the leaves tile the input', () => {
  const whole = encode(message, { code: 7, blob: { type: 'a', x: 1, y: hex('aabb') }, tail: 'end' });
  for (let n = 0; n < whole.length; n++) {
    const d = decode(message, whole.subarray(0, n), { trace: true });
    expect(d.problems.map((p) => p.code)).toEqual(['truncated']);
    let at = 0;
    for (const f of leaves(d.fields)) {
      expect(f.span.start).toBe(at);
      at = f.span.end;
    }
    expect(at).toBe(n);
  }
});

test('an overrun inside a box is malformed, stays inside it, and what follows is read', () => {
  const bytes = hex('00000007 00000009 00000001 61 00000001 000000ff 00000003 656e64'.replace('00000009', '0000000d'));
  const d = decode(message, bytes, { trace: true, complete: true });
  expect(d.problems.map((p) => p.code)).toEqual(['malformed']);
  expect(d.value).toEqual({ code: 7, blob: { type: 'a', x: 1 }, tail: 'end' });
  expect([...leaves(d.fields)].map((f) => f.name)).toEqual(['code', '(length)', 'type', 'x', '(undecoded)', 'tail']);
  expect(decode(message, bytes, { complete: true }).value).toEqual(d.value);
});

test('of a box that runs over the end its own length is told, not what it breaks further in', () => {
  const told = (bytes: string) => decode(message, hex(bytes), { complete: true }).problems.map((p) => `${p.code}: ${p.message}`);
  const over = 'malformed: a length of 4294967288, where 12 bytes are left';
  expect(told('00000007 fffffff8 00000001 61 00000001 78787878'.replace('78787878', '787878'))).toEqual([over]);
  expect(told('00000007 fffffff8 00000001 61 787878 78787878')).toEqual([over]);
  // It is read to its end all the same, and the box inside another one tells of itself.
  expect(told('00000007 fffffff8 00000001 62 78787878787878')).toEqual([over]);
  const nested = struct({ outer: box(struct({ inner: box(struct({ x: string })), y: string })) });
  const inner = decode(nested, hex('fffffff8 00000006 000000ff 7878 000000ff 78'), { complete: true }).problems.map((p) => p.message);
  expect(inner).toEqual(['a string of 255 bytes, where 2 are left', 'a length of 4294967288, where 15 bytes are left']);
});

test('a secret is marked in the tree, also where it breaks off, and a decode tells that there is one', () => {
  const login = struct({ user: text, password: described(secret(text), 'x') });
  const whole = encode(login, { user: 'bob', password: 'hush' });
  const marked = (n: number) => {
    const d = decode(login, whole.subarray(0, n), { trace: true });
    return [d.secret, [...leaves(d.fields)].filter((f) => f.secret === true).map((f) => f.name)];
  };
  expect(marked(whole.length)).toEqual([true, ['password']]);
  expect(marked(whole.length - 1)).toEqual([true, ['(undecoded)']]);
  expect(marked(5)).toEqual([false, []]);
  expect(decode(login, whole).secret).toBe(true);
});

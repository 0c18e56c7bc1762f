import { type KexInit, type ListName, negotiate } from '../../src/ssh/negotiate.ts';
import { msSince } from '../support/clock.ts';

const LISTS: Readonly<Record<ListName, readonly string[]>> = {
  kexAlgorithms: ['curve25519-sha256'],
  serverHostKeyAlgorithms: ['ssh-ed25519'],
  encryptionAlgorithmsClientToServer: ['aes128-ctr'],
  encryptionAlgorithmsServerToClient: ['aes128-ctr'],
  macAlgorithmsClientToServer: ['hmac-sha2-256'],
  macAlgorithmsServerToClient: ['hmac-sha2-256'],
  compressionAlgorithmsClientToServer: ['none'],
  compressionAlgorithmsServerToClient: ['none'],
  languagesClientToServer: [],
  languagesServerToClient: [],
};

function init(lists: Partial<Record<ListName, readonly string[]>> = {}, firstKexPacketFollows = false): KexInit {
  return { cookie: new Uint8Array(16), ...LISTS, kexAlgorithms: [...LISTS.kexAlgorithms], ...lists, firstKexPacketFollows, reserved: 0 };
}

const of = (list: ListName, client: readonly string[], server: readonly string[]) => {
  const choice = negotiate(init({ [list]: client }), init({ [list]: server })).choices.find((c) => c.list === list);
  if (choice === undefined) throw new Error(`no choice for ${list}`);
  return choice;
};

test("the client's first that the server has too, whatever the server prefers (RFC 4253 section 7.1)", () => {
  const choice = of('encryptionAlgorithmsClientToServer', ['a', 'b', 'c'], ['c', 'b']);
  expect(choice.chosen).toBe('b');
  expect(choice.reason).toMatch(/client's choice 2.*server has it as number 2.*none of the 1 before it/);
});

test('nothing in common fails, and says so', () => {
  expect(of('macAlgorithmsServerToClient', ['a'], ['b'])).toMatchObject({
    chosen: undefined,
    failed: true,
    reason: expect.stringContaining('no common algorithm'),
  });
  expect(of('kexAlgorithms', [], ['b'])).toMatchObject({ failed: true, reason: 'the client offers none' });
});

test('an AEAD cipher needs no MAC, even where the lists have none in common', () => {
  const lists = { encryptionAlgorithmsClientToServer: ['aes128-gcm@openssh.com'], macAlgorithmsClientToServer: ['x'] };
  const n = negotiate(init(lists), init({ ...lists, macAlgorithmsClientToServer: ['y'] }));
  expect(n.client.mac).toBeUndefined();
  expect(n.choices.filter((c) => c.failed)).toEqual([]);
  expect(n.server.mac).toBe('hmac-sha2-256');
});

test('signals in the kex list are no methods, and strict KEX needs both of a pair', () => {
  const client = ['ext-info-c', 'kex-strict-c-v00@openssh.com', 'curve25519-sha256'];
  const n = negotiate(init({ kexAlgorithms: client }), init({ kexAlgorithms: ['ext-info-c', 'kex-strict-s-v00@openssh.com', 'curve25519-sha256'] }));
  expect([n.kex, n.strict]).toEqual(['curve25519-sha256', true]);
  expect(negotiate(init({ kexAlgorithms: [...client] }), init({ kexAlgorithms: ['curve25519-sha256', 'kex-strict-s'] })).strict).toBe(false);
});

test('languages without anything in common are no failure', () => {
  expect(of('languagesClientToServer', ['en'], ['de'])).toMatchObject({ chosen: undefined, failed: false });
});

test('a kex method that needs a signature passes over a host key that cannot sign', () => {
  const n = negotiate(
    init({ kexAlgorithms: ['curve25519-sha256', 'gss-group14-sha256-x'], serverHostKeyAlgorithms: ['null'] }),
    init({ kexAlgorithms: ['curve25519-sha256', 'gss-group14-sha256-x'], serverHostKeyAlgorithms: ['null'] }),
  );
  expect(n.kex).toBe('gss-group14-sha256-x');
  expect(n.choices[0]?.reason).toContain('no common host key that can sign');
});

describe('the guess (RFC 4253 section 7)', () => {
  const kex = (...names: string[]) => ({ kexAlgorithms: names });
  test('is right when both prefer the same kex and host key, and nothing else fails', () => {
    expect(negotiate(init(kex('a', 'b'), true), init(kex('a'))).guess).toEqual({ client: 'right', server: 'none' });
    expect(negotiate(init(kex('a', 'b'), true), init(kex('b', 'a'))).guess.client).toBe('wrong');
    expect(negotiate(init({ ...kex('a'), compressionAlgorithmsClientToServer: ['zlib'] }, true), init(kex('a'))).guess.client).toBe('wrong');
    expect(
      negotiate(init({ ...kex('a'), serverHostKeyAlgorithms: ['x', 'y'] }, true), init({ ...kex('a'), serverHostKeyAlgorithms: ['y', 'x'] })).guess.client,
    ).toBe('wrong');
  });

  test("with Dropbear's signal from both, the client's first choices decide", () => {
    const signal = 'kexguess2@matt.ucc.asn.au';
    expect(negotiate(init(kex('a', signal), true), init(kex('b', 'a', signal))).guess.client).toBe('right');
    expect(negotiate(init(kex('a', signal), true), init(kex('b', 'a'))).guess.client).toBe('wrong');
  });
});

test('a hundred thousand names are no trouble', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `n${i}`);
  const start = process.cpuUsage();
  expect(of('encryptionAlgorithmsClientToServer', names, [...names].reverse()).chosen).toBe('n0');
  expect(msSince(start)).toBeLessThan(1000);
});

import { cipher } from '../../../src/ssh/crypto/ciphers.ts';
import { HASHES } from '../../../src/ssh/crypto/hashes.ts';
import { KEX_METHODS, kexMethod, pseudoAlgorithm } from '../../../src/ssh/kex/index.ts';
import { decode } from '../../../src/wire/cursor.ts';
import type { Field } from '../../../src/wire/field.ts';
import { SAMPLES } from '../../support/samples.ts';

function messageOf(kex: string, number: number) {
  const body = SAMPLES.find((s) => s.kex === kex && s.payload[0] === number)?.payload.subarray(1);
  const def = kexMethod(kex)?.messages.find((m) => m.number === number);
  if (body === undefined || def === undefined) throw new Error(`no sample of ${kex} ${number}`);
  const d = decode(def.body, body, { trace: true, complete: true });
  return { ...d, def, summary: def.summary(d.value), field: (path: string) => find(d.fields, path.split('.')) };
}

function find(fields: readonly Field[], [name, ...rest]: string[]): Field {
  const f = fields.find((one) => one.name === name);
  if (f === undefined) throw new Error(`no field ${name}`);
  return rest.length === 0 ? f : find(f.children, rest);
}

const length = (f: Field) => f.span.end - f.span.start;

test('every kex name that OpenSSH 9.2 and 10.5 know is a method with the right hash', () => {
  // ssh -Q kex, with the digest of each from kex-names.c.
  const known = {
    'diffie-hellman-group1-sha1': 'sha1',
    'diffie-hellman-group14-sha1': 'sha1',
    'diffie-hellman-group14-sha256': 'sha256',
    'diffie-hellman-group16-sha512': 'sha512',
    'diffie-hellman-group18-sha512': 'sha512',
    'diffie-hellman-group-exchange-sha1': 'sha1',
    'diffie-hellman-group-exchange-sha256': 'sha256',
    'ecdh-sha2-nistp256': 'sha256',
    'ecdh-sha2-nistp384': 'sha384',
    'ecdh-sha2-nistp521': 'sha512',
    'curve25519-sha256': 'sha256',
    'curve25519-sha256@libssh.org': 'sha256',
    'sntrup761x25519-sha512': 'sha512',
    'sntrup761x25519-sha512@openssh.com': 'sha512',
    'mlkem768x25519-sha256': 'sha256',
    'mlkem768nistp256-sha256': 'sha256',
  };
  expect(Object.fromEntries(Object.keys(known).map((name) => [name, kexMethod(name)?.hash]))).toEqual(known);
});

test('names are found whole, GSS names by their beginning, others not at all', () => {
  expect(kexMethod('gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==')).toMatchObject({ hash: 'sha256', groupBits: 2048, hostKey: 'none' });
  expect(kexMethod('gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==')).toMatchObject({ hash: 'sha1', groupBits: 1024 });
  expect(kexMethod('gss-gex-sha1-abc')?.messages.map((m) => m.number)).toEqual([30, 32, 31, 33, 34, 40, 41]);
  for (const name of ['gss-', 'constructor', 'curve25519-sha256@example.org', '', 'ext-info-c']) expect(kexMethod(name)).toBeUndefined();
});

test('no name stands twice, and each names the hash that its row has', () => {
  const names = KEX_METHODS.flatMap((m) => m.names);
  expect(new Set(names).size).toBe(names.length);
  for (const m of KEX_METHODS) {
    for (const name of m.names) {
      const said = /sha\d+/.exec(name.replace('ecdh-sha2', ''))?.[0];
      if (said !== undefined) expect([name, m.hash]).toEqual([name, said]);
    }
    expect(HASHES.map((h) => h.name)).toContain(m.hash);
  }
});

test('signals are told from methods, with the side that sends them', () => {
  expect(pseudoAlgorithm('ext-info-c')?.from).toBe('client');
  expect(pseudoAlgorithm('kex-strict-s-v00@openssh.com')?.from).toBe('server');
  expect(pseudoAlgorithm('kexguess2@matt.ucc.asn.au')?.from).toBeUndefined();
  expect(pseudoAlgorithm('curve25519-sha256')).toBeUndefined();
  expect(cipher('ext-info-c')).toBeUndefined();
});

test('a recorded sntrup761 exchange is cut into KEM part first, X25519 last', () => {
  const init = messageOf('sntrup761x25519-sha512@openssh.com', 30);
  expect([length(init.field('qC.kemPublicKey')), length(init.field('qC.ecdhPublicKey'))]).toEqual([1158, 32]);
  const reply = messageOf('sntrup761x25519-sha512@openssh.com', 31);
  expect([length(reply.field('qS.kemCiphertext')), length(reply.field('qS.ecdhPublicKey'))]).toEqual([1039, 32]);
  expect(reply.summary).toBe(
    'ECDH Reply: ssh-ed25519-cert-v01@openssh.com SHA256:RoV/LdgQ0qW+CfWWrmboCZLmgeb4m6foaYi4NugG9gQ, Q_S: sntrup761 ciphertext 1039 bytes, X25519 32 bytes, signature ssh-ed25519',
  );
});

test.each([
  ['mlkem768x25519-sha256', 1184, 32, 1088, 32],
  ['mlkem768nistp256-sha256', 1184, 65, 1088, 65],
  ['mlkem1024nistp384-sha384', 1568, 97, 1568, 97],
])('%s has the sizes of FIPS 203 and RFC 5656', (kex, publicKey, qc, ciphertext, qs) => {
  const init = messageOf(kex, 30);
  expect([length(init.field('qC.kemPublicKey')), length(init.field('qC.ecdhPublicKey'))]).toEqual([publicKey, qc]);
  const reply = messageOf(kex, 31);
  expect([length(reply.field('qS.kemCiphertext')), length(reply.field('qS.ecdhPublicKey'))]).toEqual([ciphertext, qs]);
  expect(init.def.name).toBe('SSH_MSG_KEX_HYBRID_INIT');
});

test('a hybrid value of a wrong size is malformed or trailing, and what follows is read', () => {
  const { def } = messageOf('mlkem768x25519-sha256', 31);
  const body = SAMPLES.find((s) => s.kex === 'mlkem768nistp256-sha256' && s.payload[0] === 31)?.payload.subarray(1) ?? new Uint8Array();
  const d = decode(def.body, body, { trace: true, complete: true });
  expect(d.problems.map((p) => p.code)).toEqual(['trailing']);
  expect(find(d.fields, ['signature', 'algorithm']).value).toBe('ssh-ed25519');
});

test('a curve25519 value of another length is malformed by RFC 8731', () => {
  const { def } = messageOf('curve25519-sha256', 30);
  const short = Uint8Array.of(0, 0, 0, 3, 1, 2, 3);
  expect(decode(def.body, short, { complete: true }).problems.map((p) => [p.code, p.rfc])).toEqual([['malformed', '8731#3']]);
});

test('under group exchange 30 is the old request and 31 the group', () => {
  const names = new Map(kexMethod('diffie-hellman-group-exchange-sha256')?.messages.map((m) => [m.number, m.name]));
  expect(names.get(30)).toBe('SSH_MSG_KEX_DH_GEX_REQUEST_OLD');
  expect(names.get(31)).toBe('SSH_MSG_KEX_DH_GEX_GROUP');
  expect(messageOf('diffie-hellman-group-exchange-sha256', 34).summary).toBe('DH Group Exchange Request: 2048 to 8192 bits, 8192 preferred');
  expect(messageOf('diffie-hellman-group-exchange-sha256', 31).summary).toBe('DH Group Exchange Group: p 8192 bits, g 2');
});

test('recorded replies name key, fingerprint and signature', () => {
  expect(messageOf('diffie-hellman-group14-sha256', 31).summary).toBe(
    'DH Reply: ssh-rsa SHA256:ZGBvIhrPCl7leJsVNAbcNzthE03/yVFygNvp/ji8HT4, f 2048 bits, signature rsa-sha2-512',
  );
  expect(messageOf('ecdh-sha2-nistp521', 31).summary).toBe(
    'ECDH Reply: ecdsa-sha2-nistp521 SHA256:Rqc8RZO0npTlDOaihkyXXDVk2UzQwv1CtmHEsxdPhZ4, Q_S 133 bytes, signature ecdsa-sha2-nistp521',
  );
  const dsa = messageOf('diffie-hellman-group1-sha1', 31);
  expect([length(dsa.field('signature.signature.r')), length(dsa.field('signature.signature.s'))]).toEqual([20, 20]);
});

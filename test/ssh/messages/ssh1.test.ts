import { collect, inMemory } from '../../../src/index.ts';
import { SSH1_MESSAGES } from '../../../src/ssh/messages/index.ts';
import { ssh1Fingerprint } from '../../../src/ssh/messages/ssh1.ts';
import { decode } from '../../../src/wire/cursor.ts';
import { fixture } from '../../support/fixtures.ts';
import { SSH1_SAMPLES } from '../../support/samples.ts';

/** Big-endian bytes of a number. */
function bytesOf(n: bigint): Uint8Array {
  const out: number[] = [];
  for (let rest = n; rest > 0n; rest >>= 8n) out.unshift(Number(rest & 0xffn));
  return Uint8Array.from(out);
}

test('the RSA1 fingerprint of a key of the OpenSSH test suite is what ssh-keygen printed', () => {
  // regress/unittests/sshkey/testdata/rsa1_1.pub and rsa1_1.fp of OpenSSH 6.7.
  const n =
    1257820658919101781627826212425999371251377782154008557690434337796299274692579921603319269571889066123773172648045269780061837011867522525764583065919572648969392756890567918758763032103894830246827894023662422727333291801518558899n;
  expect(ssh1Fingerprint(bytesOf(n), bytesOf(65537n))).toBe('a8:82:9b:98:c5:e6:19:d6:83:39:9f:4d:3a:8f:7c:80');
});

const fieldsOf = (number: number) => {
  const sample = SSH1_SAMPLES.find((s) => s[0] === number) ?? new Uint8Array();
  const def = SSH1_MESSAGES.get(number);
  if (def === undefined) throw new Error(`no message ${number}`);
  const d = decode(def.body, sample.subarray(1), { trace: true, complete: true });
  return { fields: new Map(d.fields.map((f) => [f.name, f])), summary: def.summary(d.value), from: def.from };
};

test('the public key message shows both keys and names the bits of the masks', () => {
  const { fields, summary, from } = fieldsOf(2);
  expect(fields.get('cookie')?.value).toHaveLength(8);
  expect([fields.get('serverKeyBits')?.value, fields.get('hostKeyBits')?.value]).toEqual([768, 1024]);
  expect(fields.get('serverKeyPublicModulus')?.value).toHaveLength(96);
  expect(fields.get('hostKeyPublicExponent')?.value).toEqual(Uint8Array.of(37));
  expect(fields.get('supportedCiphersMask')?.label).toBe('3DES, Blowfish');
  expect(fields.get('supportedAuthenticationsMask')?.label).toBe('RSA, password, rhosts-RSA, TIS');
  expect(summary).toMatch(/^Public Key: server key 768 bits, host key 1024 bits MD5:[0-9a-f:]{47}; 3DES, Blowfish; RSA, password/);
  expect(from).toBe('server');
});

test('the session key message names the cipher; encrypted messages have at least their name and sender', () => {
  expect(fieldsOf(3).fields.get('cipherType')?.label).toBe('3DES');
  expect(fieldsOf(3).fields.get('encryptedSessionKey')?.value).toHaveLength(128);
  expect(SSH1_MESSAGES.get(14)).toMatchObject({ name: 'SSH_SMSG_SUCCESS', from: 'server' });
  expect(SSH1_MESSAGES.get(9)).toMatchObject({ name: 'SSH_CMSG_AUTH_PASSWORD', from: 'client' });
});

describe('recordings of clients that have the protocol in earnest', () => {
  const read = async (name: string) => (await collect(inMemory(fixture(name).capture))).packets;

  test.each(['ssh1-openssh', 'ssh1-putty'])('%s took the keys that are read here and answered with a session key', async (name) => {
    const packets = await read(name);
    expect(packets.map((p) => [p.side, p.number, p.problems])).toEqual([
      ['server', 32, []],
      ['server', 36, []],
      ['server', 2, []],
      ['client', 3, []],
    ]);
    const [, , keys, answer] = packets;
    expect(answer?.value?.cookie).toEqual(keys?.value?.cookie);
    expect(answer?.summary).toMatch(/^Session Key: 3DES \(3\), encrypted session key 10\d\d bits$/);
  });

  test('the fingerprint of the host key is that which PuTTY showed', async () => {
    const [, bits, fingerprint] = /(\d+) ([0-9a-f:]{47})/.exec(fixture('ssh1-putty').manifest.expect.said ?? '') ?? [];
    expect((await read('ssh1-putty'))[2]?.summary).toContain(`host key ${bits} bits MD5:${fingerprint}`);
  });

  test('a disconnect says why, as OpenSSH printed it', async () => {
    const [only] = await read('ssh1-refused');
    expect(only?.summary).toBe('Disconnect: "nobody is at home"');
    expect(fixture('ssh1-refused').manifest.expect.said).toContain('nobody is at home');
  });
});

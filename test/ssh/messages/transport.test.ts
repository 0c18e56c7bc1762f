import { SSH2_MESSAGES } from '../../../src/ssh/messages/index.ts';
import { disconnect, extInfo, kexInit } from '../../../src/ssh/messages/transport.ts';
import { encode } from '../../../src/wire/codec.ts';
import { decode } from '../../../src/wire/cursor.ts';
import { SAMPLES } from '../../support/samples.ts';

const bodies = (number: number) => SAMPLES.filter((s) => s.kex === '' && s.payload[0] === number).map((s) => s.payload.subarray(1));
const summaries = (number: number) =>
  bodies(number).map((b) => SSH2_MESSAGES.get(number)?.summary(decode(SSH2_MESSAGES.get(number)?.body ?? disconnect.body, b).value));

test('an OpenSSH KEXINIT has the lists that ssh -Q prints, in the places of RFC 4253 section 7.1', () => {
  const [client, server] = bodies(20).map((b) => decode(kexInit.body, b).value);
  expect(client?.cookie).toHaveLength(16);
  expect(client?.kexAlgorithms).toEqual(['curve25519-sha256', 'ext-info-c', 'kex-strict-c-v00@openssh.com']);
  expect(server?.kexAlgorithms).toEqual(['curve25519-sha256', 'kex-strict-s-v00@openssh.com']);
  expect(server?.serverHostKeyAlgorithms).toEqual(['ssh-ed25519']);
  expect(client?.encryptionAlgorithmsClientToServer[0]).toBe('chacha20-poly1305@openssh.com');
  expect(client?.macAlgorithmsServerToClient[0]).toBe('umac-64-etm@openssh.com');
  expect(client?.compressionAlgorithmsClientToServer).toEqual(['none', 'zlib@openssh.com', 'zlib']);
  expect(server?.compressionAlgorithmsServerToClient).toEqual(['none', 'zlib@openssh.com']);
  expect([client?.languagesClientToServer, client?.languagesServerToClient]).toEqual([[], []]);
  expect([client?.firstKexPacketFollows, client?.reserved]).toEqual([false, 0]);
});

test('summaries say more than the name', () => {
  expect(summaries(1)).toEqual(['Disconnect: by application (11): "disconnected by user"']);
  expect(summaries(20)[0]).toBe('Key Exchange Init: 3 kex, 1 host key, 6 ciphers, 10 MACs; first curve25519-sha256, ext-info, strict kex');
  expect(summaries(21)).toEqual(['New Keys']);
  expect(summaries(3)).toEqual(['Unimplemented: packet 7 was not understood']);
  expect(summaries(50)).toEqual(['User Authentication Request: password for user "root", a password of 6 characters']);
  expect(summaries(94)).toEqual(['Channel Data: channel 0, 3 bytes']);
});

test('each extension of EXT_INFO is read in its own form', () => {
  const { extensions } = decode(extInfo.body, bodies(7)[0] ?? new Uint8Array()).value;
  expect(Object.fromEntries(extensions.map((e) => [e.extensionName, e.extensionValue]))).toEqual({
    'server-sig-algs': ['ssh-ed25519', 'rsa-sha2-512'],
    'delay-compression': { compressionAlgorithmsClientToServer: ['zlib', 'none'], compressionAlgorithmsServerToClient: ['none'] },
    'no-flow-control': 'p',
    elevation: 'd',
    'publickey-hostbound@openssh.com': '0',
    'ping@openssh.com': '0',
    'x@example.org': Uint8Array.of(0xff, 0),
  });
});

test('a disconnect reason has the name of RFC 4250, an unknown one only its number', () => {
  const body = (reasonCode: number) => encode(disconnect.body, { reasonCode, description: '', languageTag: '' });
  const field = (reasonCode: number) => decode(disconnect.body, body(reasonCode), { trace: true }).fields[0];
  expect(field(13)?.label).toBe('auth cancelled by user');
  expect(field(99)?.label).toBeUndefined();
  expect(disconnect.summary({ reasonCode: 99, description: 'x' })).toBe('Disconnect: 99: "x"');
});

test('a reserved field that is not 0 is noted', () => {
  const body = (bodies(20)[0] ?? new Uint8Array()).slice();
  body[body.length - 1] = 1;
  expect(decode(kexInit.body, body).problems.map((p) => [p.code, p.rfc])).toEqual([['noncanonical', '4253#7.1']]);
});

test('a summary stays short whatever the peer sends', () => {
  expect(disconnect.summary({ reasonCode: 2, description: 'x'.repeat(100_000) }).length).toBeLessThan(200);
});

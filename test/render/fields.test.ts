import { FIELD_COLUMNS, fieldColumn, fieldList, fieldsRenderer, nearFields } from '../../src/render/fields.ts';
import { DEFAULT_RENDER_OPTIONS, type RenderOptions } from '../../src/render/renderer.ts';
import { aKexInit, aPacket, aSession, identified } from '../support/model.ts';

const { session, client } = identified(aSession(), 'SSH-2.0-a', 'SSH-2.0-b');

function rows(fields: string[], options: Partial<RenderOptions> = {}): string[] {
  const r = fieldsRenderer({ ...DEFAULT_RENDER_OPTIONS, fields, ...options });
  const kexinit = aPacket(session, { number: 20, name: 'SSH_MSG_KEXINIT', side: 'server', from: 'b', value: { ...aKexInit() } });
  return [r.begin?.(), r.identification?.(client), r.packet?.(aPacket(session)), r.packet?.(kexinit)].join('').split('\n').slice(0, -1);
}

test('columns by the names of Wireshark, an empty one where there is nothing', () => {
  expect(rows(['frame.number', 'ip.src', 'ipv6.src', 'tcp.dstport', 'ssh.protocol', 'ssh.message_code', 'ssh.kex_algorithms'])).toEqual([
    '4\t10.0.0.1\t\t22\tSSH-2.0-a\t\t',
    '6\t10.0.0.1\t\t22\t\t2\t',
    '6\t10.0.0.2\t\t40000\t\t20\tcurve25519-sha256,diffie-hellman-group14-sha256',
  ]);
});

test('separator and header as tshark has them; booleans are 1 and 0', () => {
  expect(rows(['frame.time_epoch', 'ssh.first_kex_packet_follows'], { separator: ';', header: true })).toEqual([
    'frame.time_epoch;ssh.first_kex_packet_follows',
    '1709208000.004000000;',
    '1709208000.006000000;',
    '1709208000.006000000;0',
  ]);
});

test('bytes of the packet come from its field tree', () => {
  expect(rows(['ssh.padding_string', 'ssh.payload', 'sshark.bytes'])[1]).toBe('207e0a\t02000000030001ff\t0000000c040200000003' + '0001ff207e0a');
});

test('any part of a message by its path, and nothing beside the message', () => {
  const parts = { value: { hostKey: { type: 'ssh-rsa', n: Uint8Array.of(1, 2) }, list: ['a', 'b'] } };
  const text = (name: string) => fieldsRenderer({ ...DEFAULT_RENDER_OPTIONS, fields: [name] }).packet?.(aPacket(session, parts));
  expect(text('sshark.value.hostKey.type')).toBe('ssh-rsa\n');
  expect(text('sshark.value.hostKey')).toBe('{"type":"ssh-rsa","n":"0102"}\n');
  expect(text('sshark.value.list')).toBe('a,b\n');
  expect(text('sshark.value.hostKey.n.length')).toBe('\n');
  expect(text('sshark.value.constructor')).toBe('\n');
  expect(text('sshark.value.__proto__')).toBe('\n');
});

test('both parts of a hybrid stand one after the other', () => {
  const qC = { kemPublicKey: Uint8Array.of(1, 2), ecdhPublicKey: Uint8Array.of(3) };
  expect(fieldsRenderer({ ...DEFAULT_RENDER_OPTIONS, fields: ['ssh.ecdh.q_c'] }).packet?.(aPacket(session, { value: { qC } }))).toBe('010203\n');
});

test('every name is listed once, is found, and an unknown one finds its neighbours', () => {
  const names = FIELD_COLUMNS.map((c) => c.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.every((name) => fieldColumn(name)?.name === name)).toBe(true);
  expect(fieldList().split('\n')).toHaveLength(names.length + 2);
  expect(fieldColumn('ssh.kexalgorithms')).toBeUndefined();
  expect(nearFields('ssh.kexalgorithms')[0]).toBe('ssh.kex_algorithms');
  expect(nearFields('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz')).toEqual([]);
});

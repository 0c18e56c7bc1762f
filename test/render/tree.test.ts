import { Space } from '../../src/bytes/space.ts';
import { hexDump } from '../../src/render/hex.ts';
import { DEFAULT_RENDER_OPTIONS, type RenderOptions } from '../../src/render/renderer.ts';
import { treeRenderer } from '../../src/render/tree.ts';
import type { Packet } from '../../src/ssh/model.ts';
import { aPacket, aSession, identified } from '../support/model.ts';

const tree = (p: Packet, options: Partial<RenderOptions> = {}) => treeRenderer({ ...DEFAULT_RENDER_OPTIONS, ...options }).packet?.(p) ?? '';

test('a packet with its fields, their bytes, what they are for, and the dump', () => {
  const p = aPacket(aSession(), { problems: [{ code: 'trailing', severity: 'warning', message: '1 byte is left over', span: { start: 12, end: 13 } }] });
  expect(tree(p, { docs: true, hex: true }).split('\n')).toEqual([
    'Session 1, packet 1 of the client, frame 6, 2024-02-29T12:00:00.006000000Z, sequence 0, epoch 0, MAC none',
    'Ignore: 3 bytes',
    '    packetLength: 12  [0x0000-0x0003]',
    '        Length of the packet.',
    '    paddingLength: 4  [0x0004]',
    '    SSH_MSG_IGNORE  [0x0005-0x000c]',
    '        messageNumber: 2 (SSH_MSG_IGNORE)  [0x0005]',
    '        data: 0001ff  [0x0006-0x000c]',
    '    padding: 207e0a  [0x000d-0x000f]',
    '    ! trailing [0x000c]: 1 byte is left over',
    '',
    '    0000  00 00 00 0c 04 02 00 00  00 03 00 01 ff 20 7e 0a  ............. ~.',
    '',
    '',
  ]);
  expect(tree(p)).not.toContain('Length of the packet');
});

test('a packet over several frames says for each field where it lies', () => {
  const bytes = aPacket(aSession()).space.bytes;
  const space = new Space(bytes, [
    { start: 0, length: 8, frame: 6, frameOffset: 66 },
    { start: 8, length: 8, frame: 9, frameOffset: 66 },
  ]);
  const text = tree(aPacket(aSession(), { space }));
  expect(text).toContain('frames 6, 9');
  expect(text).toContain('paddingLength: 4  [0x0004, frame 6]');
  expect(text).toContain('data: 0001ff  [0x0006-0x000c, frames 6, 9]');
});

test('a decrypted packet is dumped in clear, and what was inflated apart, with its own offsets', () => {
  const { space, fields } = aPacket(aSession());
  const plain = new Space(
    Uint8Array.from({ length: 16 }, () => 65),
    space.origins,
  );
  const inflated = new Space(Uint8Array.of(2, 66, 66), space.origins, false);
  const number = { name: 'messageNumber', kind: 'byte', span: { start: 0, end: 1 }, value: 2, children: [] };
  const message = { ...fields[2], name: 'SSH_MSG_IGNORE', kind: 'message', span: { start: 5, end: 13 }, value: {}, within: inflated, children: [number] };
  const text = tree(aPacket(aSession(), { plain, inflated, fields: [message] }), { hex: true });
  expect(text).toContain('    SSH_MSG_IGNORE  [0x0005-0x000c]\n        messageNumber: 2  [inflated 0x0000]\n');
  expect(text).toContain('    decrypted:\n    0000  41 41 41');
  expect(text).toContain('    inflated:\n    0000  02 42 42 ');
});

test('long values are cut and their length is told; empty ones are shown as such', () => {
  const leaf = (name: string, kind: string, value: unknown) => ({ name, kind, value, span: { start: 0, end: 4 }, children: [] });
  const fields = [leaf('a', 'bytes', new Uint8Array(100)), leaf('b', 'name-list', []), leaf('c', 'bytes', new Uint8Array(0)), leaf('d', 'uint64', 2n ** 60n)];
  const text = tree(aPacket(aSession(), { fields }));
  expect(text).toContain(`    a: ${'00'.repeat(64)}… (100 bytes)  [`);
  expect(text).toContain('    b: (empty)  [');
  expect(text).toContain('    c: (empty)  [');
  expect(text).toContain('    d: 1152921504606846976  [');
  expect(tree(aPacket(aSession(), { fields }), { maxBytes: 1000 })).toContain(`    a: ${'00'.repeat(100)}  [`);
});

test('an identification string with the bytes of its line and of its end', () => {
  const { client } = identified(aSession(), 'SSH-2.0-a b', 'SSH-2.0-c');
  const text = treeRenderer(DEFAULT_RENDER_OPTIONS).identification?.(client) ?? '';
  expect(text.split('\n').slice(0, 6)).toEqual([
    'Session 1, identification of the client, frame 4, 2024-02-29T12:00:00.004000000Z',
    '    identification: SSH-2.0-a b  [0x0000-0x000a]',
    '        protocolVersion: 2.0',
    '        softwareVersion: a',
    '        comments: b',
    '    line end: CRLF  [0x000b-0x000c]',
  ]);
});

// The first lines are those of: seq -s ' ' 1 20 | hexdump -C
test('a dump has sixteen bytes a line, and the rest of a cut one is counted', () => {
  const bytes = new TextEncoder().encode('1 2 3 4 5 6 7 8 9 10 11 12\n');
  expect(hexDump(bytes)).toBe(
    '0000  31 20 32 20 33 20 34 20  35 20 36 20 37 20 38 20  1 2 3 4 5 6 7 8 \n' + //
      '0010  39 20 31 30 20 31 31 20  31 32 0a                 9 10 11 12.\n',
  );
  expect(hexDump(bytes, '  ', 3)).toBe(`  0000  31 20 32${' '.repeat(42)}1 2\n  … 24 more bytes\n`);
  expect(hexDump(new Uint8Array(0))).toBe('');
  expect(hexDump(new Uint8Array(0x10001))).toMatch(/\n010000 {2}00 +\.\n$/);
});

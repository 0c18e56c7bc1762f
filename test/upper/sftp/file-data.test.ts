/** Bytes of files in messages that come in several packets: found where they lie, and the same as in one run. */
import { FramedBytes } from '../../../src/upper/framing.ts';
import { FramedMessage } from '../../../src/upper/inner.ts';
import { carrying } from '../../../src/upper/sftp/file-data.ts';
import { messagesOf } from '../../../src/upper/sftp/messages.ts';
import { FileData } from '../../../src/upper/transfer.ts';
import { sftp, status, text, u64 } from '../../support/channel-talk.ts';
import { concat } from '../../support/packets.ts';
import { u32 } from '../../support/two-ends.ts';

const table = messagesOf(6, false);
const write = sftp(6, u32(7), text('handle'), u64(2n ** 40n), text('bytes of a file'));
const data = sftp(103, u32(8), text('more bytes'));

/** `message` as it comes in packets that end at `cuts`. */
function cut(message: Uint8Array, ...cuts: number[]): FramedBytes {
  const places = [0, ...cuts, message.length];
  const parts = places.slice(1).map((end, i) => message.subarray(places[i], end));
  return new FramedBytes(message.length, [], parts);
}

/** What `carrying` finds, with its data in one run; checks that nothing was copied. */
function found(framed: FramedBytes, message: Uint8Array) {
  const carried = carrying(framed);
  if (carried === undefined) return undefined;
  const { data: bytes } = carried;
  if (!(bytes instanceof FileData)) throw new Error('no data');
  for (const part of bytes.parts) expect(part.buffer).toBe(message.buffer);
  const whole = concat(...bytes.parts);
  expect(whole.length).toBe(bytes.length);
  return { ...carried, data: whole };
}

test.each([
  ['WRITE', write, 5 + 4 + 4 + 6 + 8 + 4],
  ['DATA', data, 5 + 4 + 4],
])('%s in two and in three packets', (_, message, head) => {
  const { value } = new FramedMessage('sftp', table.get(message[4] as number), cut(message));
  expect(found(cut(message), message)).toEqual(value);
  for (let at = 1; at < message.length; at++) {
    // What stands in front of the bytes must have come with the first packet.
    const expected = at < head ? undefined : value;
    expect(found(cut(message, at), message)).toEqual(expected);
    for (let next = at; next < message.length; next++) expect(found(cut(message, at, next), message)).toEqual(expected);
  }
});

test('a message whose lengths do not agree is for a decode of the whole to tell of', () => {
  const longer = (message: Uint8Array) => concat(u32(message.length - 3), message.subarray(4), Uint8Array.of(1));
  const shorter = (message: Uint8Array) => concat(u32(message.length - 5), message.subarray(4, message.length - 1));
  for (const message of [write, data])
    for (const wrong of [longer(message), shorter(message)])
      for (const at of [30, 31]) expect(carrying(cut(wrong, Math.min(at, wrong.length - 1)))).toBeUndefined();
  expect(carrying(cut(status(1, 0)))).toBeUndefined();
});

test('behind the bytes of a version 6 may stand that the file ends', () => {
  const ending = sftp(103, u32(8), text('more bytes'), Uint8Array.of(1));
  expect(carrying(cut(ending, 20))).toBeUndefined();
  expect(new FramedMessage('sftp', table.get(103), cut(ending, 20)).gist).toMatchObject({ id: 8, endOfFile: true });
});

test.each([
  ['WRITE', write],
  ['DATA', data],
])('of a %s that was followed without a copy value, summary and fields are made when asked for', (_, message) => {
  const def = table.get(message[4] as number);
  const [plain, framed] = [new FramedMessage('sftp', def, cut(message), 'it'), cut(message, message.length - 3)];
  const carried = new FramedMessage('sftp', def, framed, 'it', carrying(framed));
  expect(carried.gist.data).toBeInstanceOf(FileData);
  expect(carried.number).toBe(message[4]);
  expect(framed.beginning.length).toBe(message.length - 3);
  expect(carried).toMatchObject({ name: plain.name, summary: plain.summary, value: plain.value, fields: plain.fields, problems: [], secret: false });
});

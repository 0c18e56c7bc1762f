/** Benchmark captures whose sessions can be opened: a handshake with a known private value, and traffic sealed under its keys. */
import { writeFileSync } from 'node:fs';
import type { Side } from '../src/ssh/model.ts';
import { Writer } from '../src/wire/writer.ts';
import { randomOf } from '../test/support/random.ts';
import { Conversation } from './frames.ts';
import { handshakeOf } from './handshake.ts';
import { byte, type Part, padded, payloadOf, text, words } from './payload.ts';
import type { Suite } from './sealed.ts';
import { CaptureFile } from './write.ts';

/** What one side says: the payload of a packet. */
export interface Message {
  readonly from: Side;
  readonly payload: Uint8Array;
}

/** A capture and the key log that opens it. */
export interface Openable {
  readonly capture: string;
  readonly keylog: string;
}

/** Writes the handshake and `messages` under `suite`, in segments of at most `mss` bytes. */
export function writeEncrypted(path: string, suite: Suite, messages: Iterable<Message>, mss: number): Openable {
  const { turns, keys, secrets } = handshakeOf(suite);
  const seals = { client: suite.seal(keys.client), server: suite.seal(keys.server) };
  const file = new CaptureFile(path, 'pcapng');
  const c = new Conversation({ address: 0x0a000001, port: 40_000 }, { address: 0x0a000002, port: 22 }, 1);
  for (const frame of c.open()) file.add(frame);
  for (const turn of turns) for (const frame of c.send(turn.from, turn.bytes, mss)) file.add(frame);
  // KEXINIT, the method's message and NEWKEYS came before: without strict KEX sequence numbers go on.
  const sequence = { client: 3, server: 3 };
  let unacknowledged = 0;
  for (const { from, payload } of messages) {
    const bytes = seals[from](sequence[from]++, padded(payload, suite.block, suite.lengthInBlock));
    const direction = from === 'client' ? 0 : 1;
    for (const frame of c.send(direction, bytes, mss)) {
      file.add(frame);
      if (++unacknowledged % 2 === 0) file.add(c.ack(direction === 0 ? 1 : 0));
    }
  }
  for (const frame of c.close()) file.add(frame);
  file.close();
  const keylog = `${path}.keylog`;
  writeFileSync(keylog, secrets);
  return { capture: path, keylog };
}

const CHANNEL_DATA = 94;

function channelData(data: Uint8Array): Uint8Array {
  const w = new Writer();
  w.uint8(CHANNEL_DATA);
  w.uint32(0);
  w.string(data);
  return w.finish();
}

/** A session channel on which something is started: open, confirmation, request, answer. */
function* channel(request: string, what: string): Generator<Message> {
  yield { from: 'client', payload: payloadOf(byte(90), text('session'), words(0, 0x40000000, 0x8000)) };
  yield { from: 'server', payload: payloadOf(byte(91), words(0, 0, 0x40000000, 0x8000)) };
  yield { from: 'client', payload: payloadOf(byte(98), words(0), text(request), byte(1), text(what)) };
  yield { from: 'server', payload: payloadOf(byte(99), words(0)) };
}

/** `count` small messages, from both sides in turn: 80 bytes of channel data each. */
export function* smallMessages(count: number): Generator<Message> {
  const random = randomOf(3);
  yield* channel('exec', 'cat');
  const data = Uint8Array.from({ length: 80 }, () => Math.floor(random() * 256));
  for (let n = 0; n < count; n++) yield { from: n % 2 === 0 ? 'client' : 'server', payload: channelData(data) };
}

/** An SFTP download of `megabytes`: READ requests of 32 KiB and their DATA, as OpenSSH's sftp sends them (draft-ietf-secsh-filexfer-02). */
export function* download(megabytes: number): Generator<Message> {
  const random = randomOf(5);
  const block = Uint8Array.from({ length: 32_768 }, () => Math.floor(random() * 256));
  yield* channel('subsystem', 'sftp');
  const sftp = (...parts: readonly Part[]) => payloadOf(text(payloadOf(...parts)));
  const handle = text(Uint8Array.of(0, 0, 0, 0));
  yield { from: 'client', payload: channelData(sftp(byte(1), words(3))) };
  yield { from: 'server', payload: channelData(sftp(byte(2), words(3))) };
  yield { from: 'client', payload: channelData(sftp(byte(3), words(0), text('/tmp/big.bin'), words(1, 0))) };
  yield { from: 'server', payload: channelData(sftp(byte(102), words(0), handle)) };
  const blocks = Math.ceil((megabytes * 1e6) / block.length);
  for (let n = 0; n < blocks; n++) {
    const offset = n * block.length;
    yield { from: 'client', payload: channelData(sftp(byte(5), words(n + 1), handle, words(Math.floor(offset / 2 ** 32), offset >>> 0, block.length))) };
    yield* data(sftp(byte(103), words(n + 1), text(block)));
  }
  yield { from: 'client', payload: channelData(sftp(byte(4), words(blocks + 1), handle)) };
  yield { from: 'server', payload: channelData(sftp(byte(101), words(blocks + 1, 0), text('Success'), text(''))) };
}

/** Server data in messages of at most 32 KiB, the largest that OpenSSH's channels take. */
function* data(bytes: Uint8Array): Generator<Message> {
  for (let at = 0; at < bytes.length; at += 32_768) yield { from: 'server', payload: channelData(bytes.subarray(at, at + 32_768)) };
}

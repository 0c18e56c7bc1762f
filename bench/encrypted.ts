/** Benchmark captures whose sessions can be opened: a recorded handshake with its secret, and traffic sealed under its keys. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, inMemory, type Session } from '../src/index.ts';
import { SecretStore } from '../src/secrets/store.ts';
import { prefixed } from '../src/ssh/kex/hash-parts.ts';
import { keyLengths, keyOf, LETTERS_OF } from '../src/ssh/keys.ts';
import type { Side } from '../src/ssh/model.ts';
import { Writer } from '../src/wire/writer.ts';
import { randomOf } from '../test/support/random.ts';
import { Conversation } from './frames.ts';
import type { Seal, Suite } from './sealed.ts';
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

/** A recorded session up to NEWKEYS, and the means to go on with it. */
interface Handshake {
  readonly turns: readonly { readonly from: 0 | 1; readonly bytes: Uint8Array }[];
  readonly seals: Readonly<Record<Side, Seal>>;
  readonly secrets: Uint8Array;
}

async function handshakeOf(root: string, suite: Suite): Promise<Handshake> {
  const dir = join(root, 'fixtures/captures', suite.fixture);
  const secrets = new Uint8Array(readFileSync(join(dir, 'secrets.keylog')));
  const store = new SecretStore();
  store.add(secrets, 'secrets.keylog');
  const { identifications, packets, sessions } = await collect(inMemory(readFileSync(join(dir, 'capture.pcapng'))), { secrets: store });
  const session = sessions[0] as Session;
  const end = (from: 'a' | 'b') => (session.flow[from].port === session.client.port ? 0 : 1);
  const lines = identifications.map((i) => ({ from: end(i.from), bytes: i.space.bytes }) as const);
  const clear = packets.filter((p) => p.epoch === 0).map((p) => ({ from: end(p.from), bytes: p.space.bytes }) as const);
  return { turns: [...lines, ...clear], seals: { client: sealOf(session, suite, 'client'), server: sealOf(session, suite, 'server') }, secrets };
}

function sealOf(session: Session, suite: Suite, side: Side): Seal {
  const exchange = session.exchanges[0];
  const { sharedSecret: k, exchangeHash: h, negotiation } = exchange ?? {};
  if (k === undefined || h === undefined || negotiation === undefined) throw new Error(`the fixture ${suite.fixture} has no secret`);
  const source = { hash: 'sha256', k: prefixed(k), h, sessionId: h } as const;
  const letters = LETTERS_OF[side];
  const lengths = keyLengths(negotiation[side]);
  return suite.seal({ iv: keyOf(source, letters.iv, lengths.iv), key: keyOf(source, letters.key, lengths.key), mac: keyOf(source, letters.mac, lengths.mac) });
}

/** packet_length, padding_length, payload and padding (RFC 4253 section 6). */
function padded(payload: Uint8Array, suite: Suite): Uint8Array {
  const counted = payload.length + 1 + (suite.lengthInBlock ? 4 : 0);
  const padding = suite.block - (counted % suite.block) + (suite.block - (counted % suite.block) < 4 ? suite.block : 0);
  const w = new Writer();
  w.uint32(1 + payload.length + padding);
  w.uint8(padding);
  w.put(payload);
  w.put(new Uint8Array(padding));
  return w.finish();
}

/** Writes the handshake and `messages` under `suite`, in segments of at most `mss` bytes. */
export async function writeEncrypted(root: string, path: string, suite: Suite, messages: Iterable<Message>, mss: number): Promise<Openable> {
  const { turns, seals, secrets } = await handshakeOf(root, suite);
  const file = new CaptureFile(path, 'pcapng');
  const c = new Conversation({ address: 0x0a000001, port: 40_000 }, { address: 0x0a000002, port: 22 }, 1);
  for (const frame of c.open()) file.add(frame);
  for (const turn of turns) for (const frame of c.send(turn.from, turn.bytes, mss)) file.add(frame);
  // The fixtures are of strict KEX: sequence numbers start again at NEWKEYS.
  const sequence = { client: 0, server: 0 };
  let unacknowledged = 0;
  for (const { from, payload } of messages) {
    const bytes = seals[from](sequence[from]++, padded(payload, suite));
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

/** A part of a message: a byte, a uint32, a uint64 in two words, or a string. */
type Part = { readonly byte: number } | { readonly words: readonly number[] } | { readonly text: string | Uint8Array };

const byte = (value: number): Part => ({ byte: value });
const words = (...values: readonly number[]): Part => ({ words: values });
const text = (value: string | Uint8Array): Part => ({ text: value });

function message(...parts: readonly Part[]): Uint8Array {
  const w = new Writer();
  for (const part of parts) {
    if ('byte' in part) w.uint8(part.byte);
    else if ('text' in part) w.string(typeof part.text === 'string' ? new TextEncoder().encode(part.text) : part.text);
    else for (const word of part.words) w.uint32(word);
  }
  return w.finish();
}

/** A session channel with the subsystem sftp: open, confirmation, request, answer. */
function* channel(): Generator<Message> {
  yield { from: 'client', payload: message(byte(90), text('session'), words(0, 0x40000000, 0x8000)) };
  yield { from: 'server', payload: message(byte(91), words(0, 0, 0x40000000, 0x8000)) };
  yield { from: 'client', payload: message(byte(98), words(0), text('subsystem'), byte(1), text('sftp')) };
  yield { from: 'server', payload: message(byte(99), words(0)) };
}

/** `count` small messages, from both sides in turn: 80 bytes of channel data each. */
export function* smallMessages(count: number): Generator<Message> {
  const random = randomOf(3);
  yield* channel();
  const data = Uint8Array.from({ length: 80 }, () => Math.floor(random() * 256));
  for (let n = 0; n < count; n++) yield { from: n % 2 === 0 ? 'client' : 'server', payload: channelData(data) };
}

/** An SFTP download of `megabytes`: READ requests of 32 KiB and their DATA, as OpenSSH's sftp sends them (draft-ietf-secsh-filexfer-02). */
export function* download(megabytes: number): Generator<Message> {
  const random = randomOf(5);
  const block = Uint8Array.from({ length: 32_768 }, () => Math.floor(random() * 256));
  yield* channel();
  const sftp = (...parts: readonly Part[]) => message(text(message(...parts)));
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

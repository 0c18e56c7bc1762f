/** The benchmark captures: deterministic, built from a recorded handshake repeated with fresh addresses and ports. */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { collect, inMemory } from '../src/index.ts';
import { randomOf } from '../test/support/random.ts';
import { download, type Message, type Openable, smallMessages, writeEncrypted } from './encrypted.ts';
import { Conversation } from './frames.ts';
import type { Suite } from './sealed.ts';
import { copySessions } from './sessions.ts';
import { CaptureFile } from './write.ts';

const CLIENTS = 0x0a000000;
const SERVERS = 0xc0a80000;

/** What one side of the recorded session sent, in the order of the packets: the pieces of a conversation. */
interface Turn {
  readonly from: 0 | 1;
  readonly bytes: Uint8Array;
}

/** The cleartext turns of a recorded session, up to and with NEWKEYS, and some encrypted bytes behind them. */
async function recordedTurns(root: string): Promise<Turn[]> {
  const file = readFileSync(join(root, 'fixtures/captures/openssh-login/capture.pcapng'));
  const { identifications, packets } = await collect(inMemory(file));
  const lines = identifications.map((i) => ({ from: sideNumber(i.session.client.port === i.session.flow[i.from].port), bytes: i.space.bytes }));
  const clear = packets.filter((p) => p.epoch === 0).map((p) => ({ from: sideNumber(p.side === 'client'), bytes: p.space.bytes }));
  const random = randomOf(7);
  const sealed = [44, 44, 60, 500, 600, 200].map((n, i) => ({
    from: sideNumber(i % 2 === 0),
    bytes: Uint8Array.from({ length: n }, () => Math.floor(random() * 256)),
  }));
  return [...lines, ...clear, ...sealed];
}

function sideNumber(client: boolean): 0 | 1 {
  return client ? 0 : 1;
}

/** The frames of one handshake on fresh ports, `closed` or left open; cookies differ so that nothing can be remembered from one to the next. */
function* handshake(turns: readonly Turn[], n: number, closed = true): Generator<Uint8Array> {
  const c = new Conversation({ address: CLIENTS + (n >>> 8), port: 1024 + (n % 60_000) }, { address: SERVERS + (n % 5), port: 22 }, n + 1);
  yield* c.open();
  for (const turn of turns) {
    const bytes = turn.bytes.slice();
    if (bytes.length > 100 && bytes[5] === 20) new DataView(bytes.buffer).setUint32(6, (n * 2654435761) >>> 0);
    yield* c.send(turn.from, bytes);
    yield c.ack(turn.from === 0 ? 1 : 0);
  }
  if (closed) yield* c.close();
}

/** Web traffic as a capture sees it: requests and answers in text, and records of random bytes. */
function* web(n: number, random: () => number, noise: Uint8Array): Generator<Uint8Array> {
  const tls = random() < 0.6;
  const c = new Conversation(
    { address: CLIENTS + (n >>> 6) + 0x10000, port: 1024 + (n % 60_000) },
    { address: 0x5db80000 + (n % 997), port: tls ? 443 : 80 },
    n + 77,
  );
  yield* c.open();
  for (let turn = 0; turn < 1 + random() * 4; turn++) {
    yield* c.send(0, tls ? record(noise, 300) : REQUEST);
    const size = Math.floor(2000 + random() * random() * 120_000);
    const at = Math.floor(random() * (noise.length - size));
    yield* c.send(1, tls ? record(noise, size) : REPLY);
    // An acknowledgement for every second full segment (RFC 5681 section 4.2).
    for (let part = 0; part < size; part += 2896) {
      yield* c.send(1, noise.subarray(at + part, at + Math.min(size, part + 2896)));
      yield c.ack(0);
    }
  }
  yield* c.close();
}

const REQUEST = new TextEncoder().encode('GET /index.html HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n');
const REPLY = new TextEncoder().encode('HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n');

function record(noise: Uint8Array, size: number): Uint8Array {
  const out = noise.slice(0, size);
  out.set([0x16, 0x03, 0x03, (size - 5) >> 8, (size - 5) & 0xff]);
  return out;
}

/** Runs generators side by side, a frame of each in turn, as concurrent connections lie in a capture. */
function* interleave(make: (n: number) => Generator<Uint8Array>, width: number, count: number): Generator<Uint8Array> {
  const running: Generator<Uint8Array>[] = [];
  for (let n = 0; n < count || running.length > 0; ) {
    while (running.length < width && n < count) running.push(make(n++));
    for (let i = running.length - 1; i >= 0; i--) {
      const step = (running[i] as Generator<Uint8Array>).next();
      if (step.done === true) running.splice(i, 1);
      else yield step.value;
    }
  }
}

export type Format = 'pcap' | 'pcapng';

/** Makes a file once; a file that is there is not made again. */
function made(dir: string, name: string, format: Format, fill: (file: CaptureFile) => void): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${name}.${format}`);
  if (existsSync(path)) return path;
  const file = new CaptureFile(`${path}.part`, format);
  fill(file);
  file.close();
  renameSync(`${path}.part`, path);
  return path;
}

/** The captures by name. */
export class Captures {
  private readonly dir: string;
  private readonly turns: readonly Turn[];

  private constructor(root: string, turns: readonly Turn[]) {
    this.dir = join(root, 'bench/data');
    this.turns = turns;
  }

  static async at(root: string): Promise<Captures> {
    return new Captures(root, await recordedTurns(root));
  }

  /** Mixed TCP traffic of about `megabytes`, of whose bytes two in a hundred are SSH handshakes. */
  mixed(megabytes: number, format: Format = 'pcapng'): string {
    return made(this.dir, `mixed-${megabytes}mb`, format, (file) => {
      const random = randomOf(42);
      const noise = Uint8Array.from({ length: 1 << 18 }, () => Math.floor(random() * 256));
      let ssh = 0;
      let n = 0;
      const one = function* (this: Captures): Generator<Uint8Array> {
        n++;
        if (ssh < file.bytes * 0.02) {
          for (const frame of handshake(this.turns, n)) {
            ssh += frame.length + 32;
            yield frame;
          }
        } else yield* web(n, random, noise);
      }.bind(this);
      for (const frame of interleave(one, 64, Number.POSITIVE_INFINITY)) {
        if (file.bytes >= megabytes * 1e6) break;
        file.add(frame);
      }
    });
  }

  /** `count` short handshakes, 32 at a time. */
  handshakes(count: number, closed = true): string {
    return made(this.dir, `handshakes-${closed ? '' : 'open-'}${count}`, 'pcapng', (file) => {
      for (const frame of interleave((n) => handshake(this.turns, n, closed), 32, count)) file.add(frame);
    });
  }

  /** `count` SYNs to port 22, each from another address and port: a scan. */
  scan(count: number, format: Format = 'pcapng'): string {
    return made(this.dir, `scan-${count}`, format, (file) => {
      for (let n = 0; n < count; n++) {
        const c = new Conversation({ address: CLIENTS + n, port: 1024 + (n % 60_000) }, { address: SERVERS + (n % 251), port: 22 }, n);
        for (const frame of c.open().slice(0, 1)) file.add(frame);
      }
    });
  }

  /** One session with `count` small channel messages under `suite`. */
  small(suite: Suite, count: number): Openable {
    return this.encrypted(`small-private-${suite.file}-${count}`, suite, () => smallMessages(count), 1448);
  }

  /** One SFTP download under `suite`. */
  download(suite: Suite, megabytes: number, mss: number): Openable {
    return this.encrypted(`download-private-${suite.file}-${megabytes}mb-${mss}`, suite, () => download(megabytes), mss);
  }

  /** `count` SFTP downloads at one time. */
  downloads(suite: Suite, count: number, megabytes: number, mss: number): Openable {
    const one = this.download(suite, megabytes, mss);
    const capture = join(this.dir, `downloads-${suite.file}-${count}x${megabytes}mb-${mss}.pcapng`);
    if (!existsSync(capture)) {
      copySessions(one.capture, `${capture}.part`, count);
      renameSync(`${capture}.part`, capture);
    }
    return { capture, keylog: one.keylog };
  }

  private encrypted(name: string, suite: Suite, messages: () => Iterable<Message>, mss: number): Openable {
    mkdirSync(this.dir, { recursive: true });
    const path = join(this.dir, `${name}.pcapng`);
    if (existsSync(`${path}.keylog`)) return { capture: path, keylog: `${path}.keylog` };
    return writeEncrypted(path, suite, messages(), mss);
  }
}

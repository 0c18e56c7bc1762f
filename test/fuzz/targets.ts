/** What the fuzzer aims at: each target makes cases from a generator of numbers, and says how a case is checked. */
import { gzipSync } from 'node:zlib';
import { utf8 } from '../../src/bytes/text.ts';
import { SPELLINGS } from '../../src/secrets/spellings/index.ts';
import * as samples from '../capture/samples.ts';
import { framesOfFixture, pcap, pcapng, type Taken } from '../support/capture-files.ts';
import { channelCapture, type Line } from '../support/channel-talk.ts';
import { payloadOf } from '../support/essence.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { resultsOf, storeOf } from '../support/outputs.ts';
import { concat } from '../support/packets.ts';
import { SAMPLES, SSH1_SAMPLES } from '../support/samples.ts';
import { framesOf, segmentsOf, type TcpSegment } from '../support/variants.ts';
import { type Checked, checkCapture, checkPayload, checkResults, checkSecrets, verifiedOf } from './check.ts';
import { mutate, pick, type Random } from './mutate.ts';
import { talkCapture, type Utterance } from './talks.ts';

/** A case: files by the ending of their names, so that it can be kept. `check` throws when a promise is broken. */
export interface Case {
  readonly files: Readonly<Record<string, Uint8Array>>;
  check(): Checked | Promise<Checked>;
}

export interface Target {
  readonly name: string;
  readonly description: string;
  make(random: Random): Case;
}

const NAMES = fixtures();
const loaded = new Map<string, Seed>();

/** A recording as seed: its capture, frames and secrets. */
interface Seed {
  readonly name: string;
  readonly capture: Uint8Array;
  readonly frames: readonly Taken[];
  readonly secrets: Uint8Array | undefined;
}

function seed(random: Random): Seed {
  const name = pick(NAMES, random);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const { capture, secrets } = fixture(name);
  const made = { name, capture, frames: framesOfFixture(capture), secrets: secrets === undefined ? undefined : utf8(secrets) };
  loaded.set(name, made);
  return made;
}

/** A case that is a capture, with or without secrets. */
function captureCase(file: Uint8Array, secrets: Uint8Array | undefined): Case {
  return { files: { capture: file, ...(secrets === undefined ? {} : { secrets }) }, check: () => checkCapture(file, secrets) };
}

/** Segments with mutated payloads: with the sequence numbers that they had, or with those that they would have been sent with. */
function mutatePayloads(segments: readonly TcpSegment[], random: Random): TcpSegment[] {
  const count = 1 + Math.floor(random() * 4);
  const chance = count / Math.max(1, segments.filter((s) => s.payload.length > 0).length);
  const changed = segments.map((s) =>
    s.payload.length > 0 && random() < chance ? { ...s, payload: mutate(s.payload, random, pick(segments, random).payload) } : s,
  );
  return random() < 0.5 ? changed : resequenced(segments, changed);
}

/** `changed` with the sequence numbers moved by what was put in or taken out before them in their direction. */
function resequenced(before: readonly TcpSegment[], changed: readonly TcpSegment[]): TcpSegment[] {
  const moved = new Map<number, number>();
  return changed.map((s, i) => {
    const by = moved.get(s.sourcePort) ?? 0;
    moved.set(s.sourcePort, by + s.payload.length - (before[i]?.payload.length ?? 0));
    return { ...s, sequence: (s.sequence + by) >>> 0, acknowledgement: (s.acknowledgement + (moved.get(s.destinationPort) ?? 0)) >>> 0 };
  });
}

const TRICKS: readonly ((segments: TcpSegment[], at: number, random: Random) => void)[] = [
  (all, at) => all.splice(at, 1),
  (all, at, random) => all.splice(Math.floor(random() * all.length), 0, all[at] as TcpSegment),
  (all, at, random) => all.splice(Math.floor(random() * all.length), 0, ...all.splice(at, 1)),
  (all, at, random) => change(all, at, { sequence: ((all[at]?.sequence ?? 0) + pick([1, -1, 100, -100, 70_000, 2 ** 31, 2 ** 31 - 1], random)) >>> 0 }),
  (all, at, random) => change(all, at, { flags: Math.floor(random() * 64) }),
  (all, at, random) => change(all, at, { acknowledgement: Math.floor(random() * 2 ** 32) }),
  (all, at, random) => change(all, at, { payload: mutate(all[at]?.payload ?? new Uint8Array(), random, new Uint8Array(8)) }),
];

function change(all: TcpSegment[], at: number, parts: Partial<TcpSegment>): void {
  all[at] = { ...(all[at] as TcpSegment), ...parts };
}

const COMPRESSED = [samples.GZIP, samples.GZIP_MEMBERS, samples.ZSTD, samples.ZSTD_FRAMES, samples.LZ4, samples.LZ4_LINKED, samples.LZ4_LEGACY];

/** What was said in every recording that its secrets open, after the first key exchange: what is not met in clear. */
async function recordedWords(): Promise<Utterance[][]> {
  const out: Utterance[][] = [];
  for (const name of NAMES) {
    const { capture, secrets } = fixture(name);
    const packets = checkResults(await resultsOf(capture, { secrets: storeOf(secrets) }));
    const opened = packets.filter((p) => p.mac === 'valid' && p.payload !== undefined);
    if (opened.length > 0) out.push(opened.map((p) => [p.side === 'client' ? 'c' : 's', payloadOf(p)]));
  }
  return out;
}

export async function makeTargets(): Promise<readonly Target[]> {
  const recorded = await recordedWords();
  const payloads = [...SAMPLES.map((s) => s.payload), ...SSH1_SAMPLES, ...recorded.flatMap((said) => said.map(([, payload]) => payload))];
  return [...OF_FILES, ...ofMessages(recorded, payloads), ofTransfers(await recordedTransfers()), SECRETS];
}

/** What was said on the channel of each recording of SFTP and SCP, and how it was started. */
interface RecordedTransfer {
  readonly started: string;
  readonly lines: readonly Line[];
}

async function recordedTransfers(): Promise<RecordedTransfer[]> {
  const out: RecordedTransfer[] = [];
  for (const name of NAMES.filter((one) => /^s(?:ftp|cp)-/.test(one))) {
    const { capture, secrets } = fixture(name);
    const packets = checkResults(await resultsOf(capture, { secrets: storeOf(secrets) })).filter((p) => p.number === 94);
    const lines = packets.map((p): Line => [p.side === 'client' ? 'c' : 's', p.value?.data as Uint8Array]);
    // The capture that is made begins with INIT and VERSION of version 3; those of the recording come on top.
    out.push({ started: packets[0]?.channel?.command ?? 'subsystem', lines });
  }
  return out;
}

const ofTransfers = (recorded: readonly RecordedTransfer[]): Target => ({
  name: 'transfers',
  description: 'messages of SFTP and SCP in correct channels',
  make: (random) => {
    const { started, lines } = pick(recorded, random);
    const chance = 4 / lines.length;
    const other = () => pick(pick(recorded, random).lines, random);
    const changed = lines.flatMap((line): Line[] => {
      if (random() >= chance) return [line];
      const trick = random();
      if (trick < 0.2) return [];
      if (trick < 0.4) return [line, line];
      if (trick < 0.5) return [line, other()];
      return [[line[0], mutate(line[1], random, other()[1])]];
    });
    const short = changed.map(([from, bytes]): Line => [from, bytes.subarray(0, 60_000)]);
    return captureCase(channelCapture(started, short, random() < 0.8), undefined);
  },
});

const OF_FILES: readonly Target[] = [
  {
    name: 'file',
    description: 'the bytes of a capture file',
    make: (random) => {
      const { capture, secrets } = seed(random);
      return captureCase(mutate(capture, random, seed(random).capture), random() < 0.5 ? secrets : undefined);
    },
  },
  {
    name: 'compressed',
    description: 'the bytes of a compressed capture file',
    make: (random) => {
      const one = random() < 0.7 ? pick(COMPRESSED, random) : new Uint8Array(gzipSync(seed(random).capture));
      return captureCase(mutate(one, random, pick(COMPRESSED, random)), undefined);
    },
  },
  {
    name: 'secrets-block',
    description: 'a capture whose Decryption Secrets Block is damaged',
    make: (random) => {
      const { frames, secrets = new Uint8Array() } = seed(random);
      const text = String.fromCharCode(...mutate(secrets, random, utf8(pick(SPELLINGS, random).example)));
      return captureCase(pcapng(frames, { secrets: text, bigEndian: random() < 0.3, sections: 1 + Math.floor(random() * 3) }), undefined);
    },
  },
  {
    name: 'frames',
    description: 'the headers of correctly recorded frames',
    make: (random) => {
      const { frames, secrets } = seed(random);
      const chance = 4 / frames.length;
      return captureCase(pcap(frames.map((f) => (random() < chance ? { ...f, bytes: headMutated(f.bytes, random) } : f))), secrets);
    },
  },
  {
    name: 'segments',
    description: 'the order, numbers and flags of TCP segments',
    make: (random) => {
      const { frames, secrets } = seed(random);
      const all = segmentsOf(frames);
      for (let n = 1 + Math.floor(random() * 8); n > 0; n--) pick(TRICKS, random)(all, Math.floor(random() * all.length), random);
      return captureCase(pcap(framesOf(all)), random() < 0.8 ? secrets : undefined);
    },
  },
  {
    name: 'payload',
    description: 'the payload of TCP segments in correct frames',
    make: (random) => {
      const { frames, secrets } = seed(random);
      return captureCase(pcap(framesOf(mutatePayloads(segmentsOf(frames), random))), random() < 0.8 ? secrets : undefined);
    },
  },
];

const ofMessages = (recorded: readonly (readonly Utterance[])[], payloads: readonly Uint8Array[]): Target[] => [
  {
    name: 'messages',
    description: 'SSH messages in correct packets, before and after NEWKEYS',
    make: (random) => captureCase(talkCapture(random, recorded), undefined),
  },
  {
    name: 'codec',
    description: 'single messages, read as everything that has their number',
    make: (random) => {
      const payload = mutate(pick(payloads, random), random, pick(payloads, random));
      return { files: { payload }, check: () => checkPayload(payload) };
    },
  },
];

const SECRETS: Target = {
  name: 'secrets',
  description: 'secrets files that go with a good capture',
  make: (random) => {
    const one = seed(random);
    const known = concat(one.secrets ?? new Uint8Array(), utf8(random() < 0.5 ? `${pick(SPELLINGS, random).example}\n` : ''));
    const secrets = mutate(known, random, utf8(pick(SPELLINGS, random).example));
    return { files: { capture: one.capture, secrets }, check: async () => checkSecrets(one.capture, secrets, await honestOf(one)) };
  },
};

const honest = new Map<string, Promise<Set<string>>>();

/** The packets of a recording that its true secrets verify. */
function honestOf({ name, capture, secrets }: Seed): Promise<Set<string>> {
  const known = honest.get(name) ?? resultsOf(capture, { secrets: storeOf(secrets) }).then((found) => verifiedOf(checkResults(found)));
  honest.set(name, known);
  return known;
}

/** Mutated where the headers are: within the first 80 bytes. */
function headMutated(bytes: Uint8Array, random: Random): Uint8Array {
  return concat(mutate(bytes.subarray(0, 80), random, bytes.subarray(14)), bytes.subarray(80));
}

/** What the fuzzer aims at: each target makes cases from a generator of numbers, and says how a case is checked. */
import { gzipSync } from 'node:zlib';
import { latin1, utf8 } from '../../src/bytes/text.ts';
import { SPELLINGS } from '../../src/secrets/spellings/index.ts';
import * as samples from '../capture/samples.ts';
import { pcap, pcapng } from '../support/capture-files.ts';
import { channelCapture, type Line } from '../support/channel-talk.ts';
import { FORMS, type Form, resultsOf, storeOf } from '../support/outputs.ts';
import { concat } from '../support/packets.ts';
import { SAMPLES, SSH1_SAMPLES } from '../support/samples.ts';
import { segmentsOf } from '../support/variants.ts';
import { type Checked, checkCapture, checkPayload, checkResults, checkSecrets, verifiedOf } from './check.ts';
import { checkCommand, commandLine } from './commands.ts';
import { mutateField, type Words } from './fields.ts';
import { carried, classic, modern, packed } from './files.ts';
import { mutate, pick, type Random } from './mutate.ts';
import { aSeed, type Recording, recordings, type Seed } from './seeds.ts';
import { captureOf, mutatePayloads, tricked } from './segments.ts';
import { nestedCapture, sessionCapture, wireOf } from './sessions.ts';
import { spelledKeys } from './spelled.ts';
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

/** A file, and the secrets to read it with. */
interface Input {
  readonly capture: Uint8Array;
  readonly secrets?: Uint8Array | undefined;
}

/** Bytes of a capture that is made, at most. */
const LARGEST = 4_000_000;

/** Forms in which most cases are printed; all of them would take most of the time. */
function someForms(random: Random): readonly Form[] {
  return random() < 0.05 ? FORMS : [pick(FORMS, random), pick(FORMS, random), pick(FORMS, random)];
}

/** A target whose cases are captures. */
function captures(name: string, description: string, input: (random: Random) => Input): Target {
  return {
    name,
    description,
    make: (random) => {
      // First, so that a tape with another input is printed in the same forms.
      const forms = someForms(random);
      const made = input(random);
      const [capture, { secrets }] = [made.capture.subarray(0, LARGEST), made];
      return { files: { capture, ...(secrets === undefined ? {} : { secrets }) }, check: () => checkCapture(capture, secrets, forms) };
    },
  };
}

export async function makeTargets(): Promise<readonly Target[]> {
  const opened = await recordings();
  const inputs = { ...OF_FILES, ...ofSessions(opened) };
  const targets = Object.entries(inputs).map(([name, [description, input]]) => captures(name, description, input));
  return [...targets, codecs(opened), secretsFiles(opened), commands(Object.values(inputs).map(([, input]) => input))];
}

type Inputs = Readonly<Record<string, readonly [description: string, input: (random: Random) => Input]>>;

const COMPRESSED = [samples.GZIP, samples.GZIP_MEMBERS, samples.ZSTD, samples.ZSTD_FRAMES, samples.LZ4, samples.LZ4_LINKED, samples.LZ4_LEGACY];

const sometimes = <T>(random: Random, chance: number, value: T) => (random() < chance ? value : undefined);

/** What needs no more than the recordings as files. */
const OF_FILES: Inputs = {
  file: [
    'the bytes of a capture file',
    (random) => {
      const { capture, secrets } = aSeed(random);
      return { capture: mutate(capture, random, aSeed(random).capture), secrets: sometimes(random, 0.5, secrets) };
    },
  ],
  formats: [
    'capture files of every format, with numbers, options and blocks changed',
    (random) => {
      const { frames, secrets } = aSeed(random);
      const carrier = random() < 0.3 ? carried(frames, random) : { frames, linkType: 1 };
      const text = sometimes(random, 0.5, secrets === undefined ? undefined : latin1(secrets));
      const file = random() < 0.4 ? classic(carrier.frames, carrier.linkType, random) : modern(carrier.frames, carrier.linkType, text, random);
      return { capture: random() < 0.2 ? packed(file, random) : file, secrets: sometimes(random, 0.5, secrets) };
    },
  ],
  compressed: [
    'the bytes of a compressed capture file',
    (random) => {
      const one = random() < 0.7 ? pick(COMPRESSED, random) : new Uint8Array(gzipSync(aSeed(random).capture));
      return { capture: mutate(one, random, pick(COMPRESSED, random)) };
    },
  ],
  'secrets-block': [
    'a capture whose Decryption Secrets Block is damaged',
    (random) => {
      const { frames, secrets = new Uint8Array() } = aSeed(random);
      const text = latin1(mutate(secrets, random, utf8(pick(SPELLINGS, random).example)));
      return { capture: pcapng(frames, { secrets: text, bigEndian: random() < 0.3, sections: 1 + Math.floor(random() * 3) }) };
    },
  ],
  frames: [
    'the headers of correctly recorded frames, of any link type and through any tunnel',
    (random) => {
      const { frames, secrets } = aSeed(random);
      const carrier = random() < 0.6 ? carried(frames, random) : { frames, linkType: 1 };
      const chance = 4 / carrier.frames.length;
      const all = carrier.frames.map((f) => (random() < chance ? { ...f, bytes: headMutated(f.bytes, random) } : f));
      return { capture: pcap(all, { linkType: carrier.linkType }), secrets };
    },
  ],
  segments: [
    'the order, numbers and flags of TCP segments',
    (random) => {
      const { frames, secrets } = aSeed(random);
      const all = tricked(segmentsOf(frames), 1 + Math.floor(random() * 8), random);
      return { capture: captureOf(all), secrets: sometimes(random, 0.8, secrets) };
    },
  ],
  payload: [
    'the payload of TCP segments in correct frames',
    (random) => {
      const { frames, secrets } = aSeed(random);
      return { capture: captureOf(mutatePayloads(segmentsOf(frames), random)), secrets: sometimes(random, 0.8, secrets) };
    },
  ],
};

function ofSessions(opened: readonly Recording[]): Inputs {
  const utterances = opened.map(({ said }) => said.filter((one) => one.epoch > 0).map((one): Utterance => [one.side, one.bytes]));
  const transfers = opened.filter(({ seed }) => /^s(?:ftp|cp)-/.test(seed.name)).map(transferOf);
  const wire = (random: Random) => {
    const recording = pick(opened, random);
    return { secrets: recording.seed.secrets, wire: wireOf(recording, pick(opened, random), random) };
  };
  return {
    messages: ['SSH messages in correct packets, before and after NEWKEYS, in clear', (random) => ({ capture: talkCapture(random, utterances) })],
    sealed: [
      'sessions under their real ciphers, whose messages were changed before they were encrypted',
      (random) => {
        const made = wire(random);
        return { capture: sessionCapture(made.wire, random), secrets: made.secrets };
      },
    ],
    nested: [
      'the same inside a channel of another session',
      (random) => {
        const made = wire(random);
        return { capture: nestedCapture(made.wire), secrets: made.secrets };
      },
    ],
    keys: [
      'sessions of which parts are missing, with their derived keys in any spelling',
      (random) => {
        const recording = pick(opened, random);
        const all = tricked(segmentsOf(recording.seed.frames), Math.floor(random() * 4), random);
        const from = random() < 0.4 ? Math.floor(random() * all.length) : 0;
        const text = utf8(spelledKeys(recording, random));
        return { capture: captureOf(all.slice(from)), secrets: random() < 0.5 ? text : mutate(text, random, text) };
      },
    ],
    transfers: ['messages of SFTP and SCP in correct channels', (random) => ({ capture: transferCapture(transfers, random) })],
  };
}

/** What was said on the channels of a recording of SFTP and SCP, message by message, and how it was started. */
interface Transfer {
  readonly started: string;
  readonly lines: readonly (Words & { readonly side: 'c' | 's' })[];
}

function transferOf({ said }: Recording): Transfer {
  const lines = said.flatMap((one) => one.inner.map((m) => ({ ...m, side: one.side })));
  // The capture that is made begins with INIT and VERSION of version 3; those of the recording come on top.
  return { started: said.find((one) => one.channel?.command !== undefined)?.channel?.command ?? 'subsystem', lines };
}

function transferCapture(transfers: readonly Transfer[], random: Random): Uint8Array {
  const { started, lines } = pick(transfers, random);
  const chance = (1 + Math.floor(random() * 6)) / lines.length;
  const other = () => pick(pick(transfers, random).lines, random);
  const changed = lines.flatMap((one): Line[] => {
    const line: Line = [one.side, one.bytes];
    if (random() >= chance) return [line];
    const trick = random();
    if (trick < 0.1) return [];
    if (trick < 0.2) return [line, line];
    if (trick < 0.3) return [line, [one.side, other().bytes]];
    if (trick < 0.35) return Array.from({ length: 50 }, () => line);
    return [[one.side, trick < 0.85 ? mutateField(one, random, other()) : mutate(one.bytes, random, other().bytes)]];
  });
  const short = changed.map(([from, bytes]): Line => [from, bytes.subarray(0, 60_000)]);
  return channelCapture(started, short, random() < 0.8);
}

function codecs(opened: readonly Recording[]): Target {
  const bare = (bytes: Uint8Array): Words => ({ bytes, leaves: [] });
  const payloads: Words[] = [...SAMPLES.map((s) => bare(s.payload)), ...SSH1_SAMPLES.map(bare), ...opened.flatMap(({ said }) => said)];
  return {
    name: 'codec',
    description: 'single messages, read as everything that has their number',
    make: (random) => {
      const one = pick(payloads, random);
      const payload = random() < 0.6 ? mutateField(one, random, pick(payloads, random)) : mutate(one.bytes, random, pick(payloads, random).bytes);
      return { files: { payload }, check: () => checkPayload(payload) };
    },
  };
}

function secretsFiles(opened: readonly Recording[]): Target {
  return {
    name: 'secrets',
    description: 'secrets files that go with a good capture',
    make: (random) => {
      const recording = pick(opened, random);
      const { seed } = recording;
      const example = utf8(`${pick(SPELLINGS, random).example}\n`);
      const known = random() < 0.5 ? (seed.secrets ?? example) : utf8(spelledKeys(recording, random));
      const whole = concat(known, random() < 0.5 ? example : new Uint8Array());
      const secrets = mutate(random() < 0.1 ? utf16(whole) : whole, random, utf8(pick(SPELLINGS, random).example));
      return { files: { capture: seed.capture, secrets }, check: async () => checkSecrets(seed.capture, secrets, await honestOf(seed)) };
    },
  };
}

/** UTF-16 with its mark, as PowerShell writes it. */
function utf16(bytes: Uint8Array): Uint8Array {
  return concat(
    Uint8Array.of(0xff, 0xfe),
    Uint8Array.from({ length: 2 * bytes.length }, (_, i) => (i % 2 === 0 ? (bytes[i / 2] as number) : 0)),
  );
}

const honest = new Map<string, Promise<Set<string>>>();

/** The packets of a recording that its true secrets verify. */
function honestOf({ name, capture, secrets }: Seed): Promise<Set<string>> {
  const known = honest.get(name) ?? resultsOf(capture, { secrets: storeOf(secrets) }).then((found) => verifiedOf(checkResults(found)));
  honest.set(name, known);
  return known;
}

function commands(inputs: readonly ((random: Random) => Input)[]): Target {
  return {
    name: 'commands',
    description: 'command lines over any of these captures',
    make: (random) => {
      const line = commandLine(random);
      const { capture, secrets } = random() < 0.1 ? aSeed(random) : pick(inputs, random)(random);
      const files = { capture, command: utf8(line.join(' ')), ...(secrets === undefined ? {} : { secrets }) };
      return { files, check: () => checkCommand(line, capture, secrets) };
    },
  };
}

/** Mutated where the headers are: within the first 80 bytes. */
function headMutated(bytes: Uint8Array, random: Random): Uint8Array {
  return concat(mutate(bytes.subarray(0, 80), random, bytes.subarray(14)), bytes.subarray(80));
}

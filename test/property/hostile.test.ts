/** Captures made to hurt: an end in seconds, memory that does not grow with them, a word about what is wrong, nothing a terminal obeys. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { constants, deflateSync } from 'node:zlib';
import { type CaptureTotals, results, type Session } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import type { Renderer } from '../../src/render/renderer.ts';
import { PacketInflater } from '../../src/ssh/crypto/inflate.ts';
import { HOSTILE, type Hostile } from '../support/hostile.ts';
import { FORMS, type Form, makeRenderer, storeOf, textOf, unsafeIn } from '../support/outputs.ts';

/** Computing time that each may take, with all its printing; most take a twentieth. */
const MS = 15_000;
/** Milliseconds between two looks at the memory: to collect garbage takes long in a test runner. */
const LOOK_EVERY = 1500;

setFlagsFromString('--expose_gc');
const gc = runInNewContext('gc') as () => void;

function held(): number {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

/** Milliseconds of this process since `start`, so that a busy machine does not count. */
function computed(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

interface Outcome {
  readonly sessions: readonly Session[];
  readonly capture: CaptureTotals | undefined;
  readonly ms: number;
  readonly mb: number;
}

/** Dissects it and prints it in every form, a result at a time; keeps the sessions only. */
async function outcomeOf(hostile: Hostile): Promise<Outcome> {
  const pieces = [...hostile.pieces()];
  const renderers: { form: Form; renderer: Renderer }[] = [];
  for (const form of FORMS) renderers.push({ form, renderer: await makeRenderer(form) });
  const sessions: Session[] = [];
  let capture: CaptureTotals | undefined;
  const before = hostile.mb === undefined ? 0 : held();
  let [most, looked] = [0, performance.now()];
  const start = process.cpuUsage();
  const look = () => {
    if (hostile.mb === undefined) return;
    most = Math.max(most, held() - before);
    looked = performance.now();
  };
  function* watched(): Generator<Uint8Array> {
    for (const piece of pieces) {
      yield piece;
      if (performance.now() - looked > LOOK_EVERY) look();
    }
    look();
  }
  for await (const one of results(watched(), { secrets: storeOf(hostile.secrets) })) {
    if (one.kind === 'session') sessions.push(one.session);
    if (one.kind === 'capture') capture = one.capture;
    for (const { form, renderer } of renderers) {
      if (form.command === 'summary' && one.kind !== 'session' && one.kind !== 'capture') continue;
      const text = textOf(renderer, one);
      // The bytes of a stream are given as they are: that is what was asked for.
      const unsafe = form.format === 'raw' ? undefined : unsafeIn(text);
      if (unsafe !== undefined) throw new Error(`${form.name}: ${unsafe}`);
      if (form.format === 'ndjson' && text !== '') JSON.parse(text);
    }
  }
  return { sessions, capture, ms: computed(start), mb: most };
}

test.each(HOSTILE.map((h) => [h.name, h] as const))(
  '%s',
  async (_, hostile) => {
    const { sessions, capture, ms, mb } = await outcomeOf(hostile);
    expect(capture).toBeDefined();
    if (hostile.sessions !== undefined) expect(sessions.length).toBe(hostile.sessions);
    if (hostile.says !== undefined) {
      const [code, words] = hostile.says;
      const told = [...(capture?.problems ?? []), ...sessions.flatMap((s) => s.problems)].filter((p) => p.code === code).map((p) => p.message);
      expect(told).toContainEqual(expect.stringMatching(words));
    }
    expect(ms).toBeLessThan(hostile.ms ?? MS);
    if (hostile.mb !== undefined) expect(mb).toBeLessThan(hostile.mb);
  },
  120_000,
);

test('a payload that expands without end is cut at the limit', () => {
  const { inflatedBytes } = DEFAULT_LIMITS;
  const bomb = new Uint8Array(deflateSync(new Uint8Array(200_000_000), { level: 9, finishFlush: constants.Z_SYNC_FLUSH }));
  expect(bomb.length).toBeLessThan(DEFAULT_LIMITS.packetBytes);
  const before = held();
  expect(new PacketInflater(inflatedBytes).push(bomb)).toMatchObject({ limit: true });
  expect(held() - before).toBeLessThan(40);
});

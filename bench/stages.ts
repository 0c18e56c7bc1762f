/** Each stage alone: what it adds to the ones before it, on the same bytes in the same process. */
import { readFileSync } from 'node:fs';
import type { FrameTaker } from '../src/capture/frame.ts';
import { CaptureInput } from '../src/capture/open.ts';
import { dissect, type Result, results } from '../src/index.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { SegmentReader } from '../src/net/reader.ts';
import { rendererRow } from '../src/render/index.ts';
import { type CommandName, DEFAULT_RENDER_OPTIONS } from '../src/render/renderer.ts';
import { detectSsh } from '../src/ssh/identification.ts';
import type { FlowHandler } from '../src/stream/chunk.ts';
import { FlowTable } from '../src/stream/flows.ts';
import { median } from './measure.ts';

const PIECE = 256 * 1024;
const RECORD = 16;
const ENHANCED = 6;

/** The pieces of `file` as a reader of files gives them: one buffer, filled again and again. */
function* pieces(file: Uint8Array): Generator<Uint8Array> {
  const buffer = new Uint8Array(PIECE);
  for (let at = 0; at < file.length; at += PIECE) {
    const piece = file.subarray(at, at + PIECE);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

/** The least that any reader must do: find each record by the length of the one before, and look at its time and captured length. */
function bare(file: Uint8Array, pcapng: boolean): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let sum = 0;
  let records = 0;
  if (pcapng) {
    for (let at = 0; at + 12 <= file.length; at += view.getUint32(at + 4, true)) {
      if (view.getUint32(at, true) !== ENHANCED) continue;
      const captured = view.getUint32(at + 20, true);
      sum += view.getUint32(at + 12, true) + view.getUint32(at + 16, true) + file.subarray(at + 28, at + 28 + captured).length;
      records++;
    }
  } else {
    for (let at = 24, captured = 0; at + RECORD <= file.length; at += RECORD + captured) {
      captured = view.getUint32(at + 8, true);
      sum += view.getUint32(at, true) + view.getUint32(at + 4, true) + file.subarray(at + RECORD, at + RECORD + captured).length;
      records++;
    }
  }
  return sum > 0 ? records : 0;
}

/** The same, of a file that is copied through a buffer piece by piece first, as every reader of files has to. */
function bareInPieces(file: Uint8Array, pcapng: boolean): number {
  let bytes = 0;
  for (const piece of pieces(file)) bytes += piece.length;
  return bytes === file.length ? bare(file, pcapng) : 0;
}

const NOBODY: FlowHandler = { data: () => {}, gap: () => {}, problem: () => {}, end: () => {} };

/** Runs the stages up to `last`; gives the frames. */
function run(file: Uint8Array, last: 'read' | 'net' | 'stream'): number {
  const input = new CaptureInput(DEFAULT_LIMITS);
  const net = new SegmentReader(DEFAULT_LIMITS);
  const flows = new FlowTable(DEFAULT_LIMITS, { detect: detectSsh, open: () => NOBODY });
  let frames = 0;
  const taker: FrameTaker = {
    take: (frame) => {
      frames++;
      if (last === 'read') return;
      const segment = net.read(frame);
      if (last === 'stream' && segment !== undefined) flows.segment(segment);
    },
    // Frames that nothing comes of: only the streams know them.
    skips: last === 'stream' ? net.skipper(flows) : () => false,
    settle: () => flows.settle(),
  };
  for (const piece of pieces(file)) input.push(piece, taker);
  return frames + flows.ignored;
}

type Work = () => unknown;

/** Medians in seconds of several works in turn, after a warm-up of each. */
async function inTurn(works: readonly Work[], runs: number): Promise<number[]> {
  const taken: number[][] = works.map(() => []);
  for (let i = 0; i <= runs; i++) {
    for (const [k, work] of works.entries()) {
      const start = performance.now();
      await work();
      if (i > 0) taken[k]?.push((performance.now() - start) / 1000);
    }
  }
  return taken.map(median);
}

/** What is printed of one list of results, in characters. */
async function printed(found: readonly Result[], command: CommandName, format: string): Promise<number> {
  const renderer = await rendererRow(command, format)?.make(DEFAULT_RENDER_OPTIONS);
  if (renderer === undefined) throw new Error(`${command} has no format ${format}`);
  let size = 0;
  for (const one of found) {
    if (one.kind === 'identification') size += renderer.identification?.(one.identification)?.length ?? 0;
    else if (one.kind === 'packet') size += renderer.packet?.(one.packet)?.length ?? 0;
    else if (one.kind === 'session') size += renderer.session?.(one.session)?.length ?? 0;
  }
  return size;
}

const rate = (bytes: number, seconds: number) => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
const ms = (seconds: number) => `${(1000 * seconds).toFixed(0)} ms`;

/** Reading, network and streams of a capture file; the sessions too, which nobody takes the packets of. */
export async function stages(path: string, runs: number): Promise<string[]> {
  const file = new Uint8Array(readFileSync(path));
  const pcapng = path.endsWith('.pcapng');
  const works: Work[] = [
    () => bare(file, pcapng),
    () => bareInPieces(file, pcapng),
    () => run(file, 'read'),
    () => run(file, 'net'),
    () => run(file, 'stream'),
    () => dissect(pieces(file), { session: () => undefined }),
  ];
  const [alone = 0, copied = 0, read = 0, net = 0, stream = 0, ssh = 0] = await inTurn(works, runs);
  const part = (name: string, seconds: number) => `  ${name}: ${ms(seconds)}, ${rate(file.length, seconds)}, ${((100 * seconds) / ssh).toFixed(0)} % of all`;
  return [
    `  bare loop over the records: ${ms(alone)}, ${rate(file.length, alone)}; with a copy of each piece ${ms(copied)}, ${rate(file.length, copied)}`,
    `${part(`read (${((100 * copied) / read).toFixed(0)} % of the bare loop with the copy)`, read)}`,
    part('net', net - read),
    part('stream', stream - net),
    part('ssh in clear', ssh - stream),
  ];
}

/** What each renderer makes of the same results. */
export async function renderers(path: string, runs: number): Promise<string[]> {
  const file = new Uint8Array(readFileSync(path));
  const found: Result[] = [];
  for await (const one of results([file])) found.push(one);
  const packets = found.filter((one) => one.kind === 'packet').length;
  const forms: readonly (readonly [CommandName, string])[] = [
    ['packets', 'table'],
    ['packets', 'tree'],
    ['packets', 'json'],
    ['packets', 'ndjson'],
    ['summary', 'text'],
  ];
  const sizes: number[] = [];
  for (const [command, format] of forms) sizes.push(await printed(found, command, format));
  const seconds = await inTurn(
    forms.map(
      ([command, format]) =>
        () =>
          printed(found, command, format),
    ),
    runs,
  );
  return forms.map(([command, format], i) => {
    const [took, size] = [seconds[i] ?? 0, sizes[i] ?? 0];
    return `  ${command} ${format}: ${rate(size, took)} of text, ${((1e6 * took) / packets).toFixed(1)} µs for each of ${packets} packets`;
  });
}

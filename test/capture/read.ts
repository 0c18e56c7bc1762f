/** Helpers of the capture tests: a file through a reader, in pieces, with what came of it copied. */
import { toHex } from '../../src/bytes/hex.ts';
import type { Frame, FrameTaker, SecretsBlock } from '../../src/capture/frame.ts';
import type { Problem } from '../../src/wire/problem.ts';

/** A frame with its bytes copied out of the read buffer. */
export interface ReadFrame extends Omit<Frame, 'buffer' | 'start' | 'end'> {
  readonly data: string;
}

interface Reader {
  push(piece: Uint8Array, taker: FrameTaker): void;
  finish(): void;
  readonly problems: readonly Problem[];
  readonly stopped: boolean;
}

/** The frames that become whole with `piece`. */
export function pushed(reader: Pick<Reader, 'push'>, piece: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  reader.push(piece, { take: (frame) => frames.push({ ...frame }) });
  return frames;
}

export interface Contents {
  readonly frames: ReadFrame[];
  readonly problems: readonly Problem[];
  readonly secrets: readonly SecretsBlock[];
}

/** Reads `file` in pieces that end at the offsets `cuts`, each in a buffer that is overwritten when it was used. */
export function readAll(reader: Reader, file: Uint8Array, cuts: readonly number[] = []): Contents {
  const frames: ReadFrame[] = [];
  let secrets: readonly SecretsBlock[] = [];
  const taker: FrameTaker = {
    take: ({ buffer, start, end, ...rest }) => frames.push({ ...rest, data: toHex(buffer.subarray(start, end)) }),
    secrets: (blocks) => (secrets = [...blocks]),
  };
  const ends = [...cuts.map((c) => c % (file.length + 1)).sort((a, b) => a - b), file.length];
  let at = 0;
  for (const end of ends) {
    const piece = file.slice(at, end);
    at = end;
    reader.push(piece, taker);
    piece.fill(0xee);
  }
  reader.finish();
  return { frames, problems: reader.problems, secrets };
}

/** Cuts before every byte. */
export const everyByte = (file: Uint8Array): number[] => Array.from(file.keys());

/** `file` with the bytes from `at` on replaced. */
export function patched(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const out = file.slice();
  out.set(bytes, at);
  return out;
}

export const codes = (problems: readonly Problem[]): string[] => problems.map((p) => p.code);

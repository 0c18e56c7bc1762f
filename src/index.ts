/** The public interface of sshark as a library. */
import type { SecretsBlock } from './capture/frame.ts';

export { toHex } from './bytes/hex.ts';
export { printable, shorten } from './bytes/printable.ts';
export type { Origin, Place, Span } from './bytes/space.ts';
export { Space } from './bytes/space.ts';
export type { SecretsBlock, Timestamp } from './capture/frame.ts';
export type { Refusal } from './capture/open.ts';
export { SecretsScan } from './capture/secrets-scan.ts';
export { type Additions, PcapngWriter } from './capture/write-pcapng.ts';
export type { Collected, DissectOptions, Outcome, Pieces, Result, Share } from './dissect.ts';
export { collect, dissect, results } from './dissect.ts';
export type { Annotator, Chapter, Ground, Level, Note, Reference } from './explain/note.ts';
export type { Limits } from './limits.ts';
export { DEFAULT_LIMITS } from './limits.ts';
export { CommentCollector, type CommentOptions } from './render/comments.ts';
export { recordOfCapture, recordOfIdentification, recordOfPacket, recordOfSession, textOfRecord } from './render/json.ts';
export { SecretStore } from './secrets/store.ts';
export type * from './ssh/model.ts';
export type { Choice, KexInit, Negotiation } from './ssh/negotiate.ts';
export type { Endpoint, Flow, FlowEnd } from './stream/chunk.ts';
export type { Field } from './wire/field.ts';
export { leaves } from './wire/field.ts';
export type { Problem, ProblemCode, Severity } from './wire/problem.ts';

/**
 * The bytes of a capture file, or of standard input for `-`, in pieces for `dissect`, `results` and `collect`. Needs
 * Node; in a browser give the bytes of a File instead. Throws when the file cannot be opened or read.
 */
export async function* openCapture(path: string): AsyncGenerator<Uint8Array> {
  const { readPieces } = await import('./capture/file.ts');
  yield* readPieces(path);
}

/**
 * The option `lateSecrets` of `dissect` for the capture file `path`: finds secrets blocks that stand behind the packets they
 * open, when they are asked for. Needs Node; elsewhere `SecretsScan` takes the bytes of a file.
 */
export async function lateSecretsOf(path: string): Promise<() => readonly SecretsBlock[]> {
  const { findSecrets } = await import('./capture/file.ts');
  return () => findSecrets(path);
}

/** A capture that is in memory, as pieces. */
export function* inMemory(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
}

/**
 * What is said beyond fields: `notesOf(packet, level)`, `notesOfIdentification(line, level)`, and `StoryCollector`, which tells the
 * story of each session. Loaded when asked for, with the curves of the key exchanges that it computes with.
 */
export async function loadExplain(): Promise<typeof import('./explain/index.ts')> {
  return import('./explain/index.ts');
}

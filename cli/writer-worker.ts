/** The thread that writes and hashes large files, so that reading the capture need not wait for it. */
import { createHash, type Hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { FAILED, JOB, JOBS, type Shared, SLOT, SLOTS } from './writer.ts';

const { words, slots, jobs, result }: Shared = workerData;

const hashes = new Map<number, Hash>();

/** Does what the job of `slot` says. */
function run(slot: number): void {
  const number = (which: number): number => jobs[slot * JOB.count + which] as number;
  const [kind, file, fd, offset, length] = [number(JOB.kind), number(JOB.file), number(JOB.fd), number(JOB.offset), number(JOB.length)];
  if (kind === JOBS.begin) hashes.set(file, hashOf(fd, length));
  else if (kind === JOBS.write) {
    const bytes = slots.subarray(slot * SLOT, slot * SLOT + length);
    for (let at = 0; at < length; ) at += writeSync(fd, bytes, at, length - at, offset + at);
    hashes.get(file)?.update(bytes);
  } else if (kind === JOBS.digest) {
    const hash = hashes.get(file);
    hashes.delete(file);
    if (hash !== undefined) result.set(hash.digest());
  }
}

/** The hash of the first `length` bytes of a file. */
function hashOf(fd: number, length: number): Hash {
  const hash = createHash('sha256');
  const piece = new Uint8Array(SLOT);
  for (let at = 0; at < length; ) {
    const got = readSync(fd, piece, 0, Math.min(SLOT, length - at), at);
    if (got === 0) throw new Error('a file has become shorter');
    hash.update(piece.subarray(0, got));
    at += got;
  }
  return hash;
}

/** What goes wrong is said to the other thread, and nothing is done any more. */
function attempt(slot: number): void {
  if (Atomics.load(words, FAILED) === 1) return;
  try {
    run(slot);
  } catch (error) {
    const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, result.length - 1);
    result.fill(0);
    result.set(text);
    Atomics.store(words, FAILED, 1);
  }
}

// Until it is ended: an event for each job would cost more than the job.
for (let slot = 0; ; slot = (slot + 1) % SLOTS) {
  while (Atomics.load(words, slot) === 0) Atomics.wait(words, slot, 0);
  attempt(slot);
  // Whatever became of it, nobody waits for it any more.
  Atomics.store(words, slot, 0);
  Atomics.notify(words, slot);
}

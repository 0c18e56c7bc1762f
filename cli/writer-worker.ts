/** The thread that writes and hashes large files, so that reading the capture need not wait for it. */
import { createHash, type Hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { BUFFER, type Job, type Shared, WORD } from './writer.ts';

const { words, result, port }: Shared = workerData;

const hashes = new Map<number, Hash>();

function run(job: Job): void {
  if (job.kind === 'begin') hashes.set(job.file, hashOf(job.fd, job.length));
  else if (job.kind === 'write') {
    const bytes = new Uint8Array(job.buffer, 0, job.length);
    for (let at = 0; at < bytes.length; ) at += writeSync(job.fd, bytes, at, bytes.length - at, job.offset + at);
    hashes.get(job.file)?.update(bytes);
  } else {
    const hash = hashes.get(job.file);
    hashes.delete(job.file);
    if (hash !== undefined) result.set(hash.digest());
  }
}

/** The hash of the first `length` bytes of a file. */
function hashOf(fd: number, length: number): Hash {
  const hash = createHash('sha256');
  const piece = new Uint8Array(BUFFER);
  for (let at = 0; at < length; ) {
    const got = readSync(fd, piece, 0, Math.min(BUFFER, length - at), at);
    if (got === 0) throw new Error('a file has become shorter');
    hash.update(piece.subarray(0, got));
    at += got;
  }
  return hash;
}

/** What goes wrong is said to the other thread, and nothing is done any more. */
function attempt(job: Job): void {
  if (Atomics.load(words, WORD.failed) === 1) return;
  try {
    run(job);
  } catch (error) {
    const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, result.length - 1);
    result.fill(0);
    result.set(text);
    Atomics.store(words, WORD.failed, 1);
  }
}

// Until it is ended: an event for each job would cost more than the job.
Atomics.store(words, WORD.ready, 1);
for (let done = 0; ; ) {
  while (Atomics.load(words, WORD.given) === done) Atomics.wait(words, WORD.given, done);
  const job = (receiveMessageOnPort(port) as { readonly message: Job }).message;
  attempt(job);
  // Whatever became of it, nobody waits for it any more.
  if (job.kind === 'write') port.postMessage(job.buffer, [job.buffer]);
  done = (done + 1) | 0;
  Atomics.store(words, WORD.done, done);
  Atomics.notify(words, WORD.done);
}

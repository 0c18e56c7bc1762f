/** The thread that writes and hashes large files, so that reading the capture need not wait for it. */
import { createHash, type Hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { DIGEST, FAILED, type Job, SLOT } from './writer.ts';

const { control, slots, result }: { readonly control: Int32Array; readonly slots: Uint8Array; readonly result: Uint8Array } = workerData;

const hashes = new Map<number, Hash>();
let failed = false;

parentPort?.on('message', (job: Job) => {
  try {
    if (!failed) run(job);
  } catch (error) {
    failed = true;
    const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, result.length - 1);
    result.fill(0);
    result.set(text);
    Atomics.store(control, FAILED, 1);
  }
  // Whatever became of it, nobody waits for it any more.
  const place = job.kind === 'write' ? job.slot : job.kind === 'finish' ? DIGEST : -1;
  if (place < 0) return;
  Atomics.store(control, place, 0);
  Atomics.notify(control, place);
});

function run(job: Job): void {
  if (job.kind === 'begin') {
    const hash = createHash('sha256');
    const piece = new Uint8Array(SLOT);
    for (let at = 0; at < job.length; ) {
      const got = readSync(job.fd, piece, 0, Math.min(SLOT, job.length - at), at);
      if (got === 0) throw new Error('a file has become shorter');
      hash.update(piece.subarray(0, got));
      at += got;
    }
    hashes.set(job.file, hash);
  } else if (job.kind === 'write') {
    const bytes = slots.subarray(job.slot * SLOT, job.slot * SLOT + job.length);
    for (let at = 0; at < bytes.length; ) at += writeSync(job.fd, bytes, at, bytes.length - at, job.offset + at);
    hashes.get(job.file)?.update(bytes);
  } else {
    const hash = hashes.get(job.file);
    if (job.last) hashes.delete(job.file);
    if (job.last && hash !== undefined) result.set(hash.digest());
  }
}

/** The entry of a worker thread, as `main.ts` is that of the program. */
import { parentPort, workerData } from 'node:worker_threads';
import { bundledProgram } from './bundle.ts';

const { work } = bundledProgram() ?? (await import('./run.ts'));
await work(workerData, (message, moved = []) => parentPort?.postMessage(message, moved));

/** Takes files as they move, writes them below one folder, and lists them there. */
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../src/bytes/printable.ts';
import { safePath } from '../src/bytes/safe-path.ts';
import { textOfRecord } from '../src/render/json.ts';
import { recordOfFile } from '../src/render/manifest.ts';
import type { ExtractedFile, RenderOptions } from '../src/render/renderer.ts';
import type { Sink, Transfer } from '../src/ssh/model.ts';
import type { Companion, Run } from './command.ts';
import { Folder } from './folder.ts';
import { PRIVATE, settle, unwritable, writeAll } from './output.ts';
import { statOf } from './stat.ts';
import { OpenFiles, type WrittenFile } from './written.ts';

/** A capture from this size on, bytes, has files worth a thread, if it has any. */
const LARGE = 16 * 1024 * 1024;

/** The list, in the folder. */
const MANIFEST = 'manifest.json';

/** The companion of `extract`. */
export class Extraction implements Companion {
  readonly sink: Sink;
  readonly options: Partial<RenderOptions> = { extracted: (t) => this.done.get(t) };
  private readonly folder: Folder;
  private readonly open: OpenFiles;
  /** Files on their way. */
  private readonly files = new Map<Transfer, WrittenFile>();
  /** What came of files, as long as somebody may ask. */
  private readonly done = new WeakMap<Transfer, ExtractedFile>();
  private readonly manifest: Manifest;

  constructor(path: string, force: boolean, run: Run) {
    this.folder = new Folder(path, force);
    this.folder.reserve(MANIFEST);
    for (const name of this.folder.abandoned())
      run.world.error(`${printable(join(path, name))} is left from a run that was killed: parts of files are in it, and it can be deleted.\n`);
    this.open = new OpenFiles(this.folder, run.world.program, isLarge(run.path));
    this.manifest = new Manifest(this.folder);
    this.sink = {
      content: (t, offset, bytes) => {
        if (run.wants(t.session)) this.fileOf(t).write(offset, bytes);
      },
      transfer: (t) => {
        if (run.wants(t.session)) this.finished(t);
      },
    };
  }

  async finish(): Promise<void> {
    this.manifest.finish();
    this.folder.finish();
    await this.open.close();
  }

  /** Files that are whole stay. */
  async abort(): Promise<void> {
    await this.open.close();
    for (const file of this.files.values()) file.remove();
    this.folder.finish();
    this.manifest.remove();
  }

  private fileOf(t: Transfer): WrittenFile {
    const known = this.files.get(t);
    if (known !== undefined) return known;
    const made = this.open.create([`session-${t.session.number}`, ...safePath(t.path)]);
    this.files.set(t, made);
    return made;
  }

  /** A file of which nothing came is made only when it is known to be empty. */
  private finished(t: Transfer): void {
    const file = t.complete ? this.fileOf(t) : this.files.get(t);
    const result = file?.finish(t.holes) ?? { file: undefined, sha256: undefined };
    // Only now: what could not be finished is taken back.
    this.files.delete(t);
    this.done.set(t, result);
    this.manifest.add(textOfRecord(recordOfFile(t, result)));
  }
}

/** Whether the capture is a file in which large files are to be expected. */
function isLarge(path: string): boolean {
  const there = path === '-' ? undefined : statOf(path);
  return there?.isFile() === true && there.size >= LARGE;
}

/** The list of files as a JSON array, which appears when it is whole. */
class Manifest {
  private readonly folder: Folder;
  private readonly encoder = new TextEncoder();
  private written: { readonly fd: number; readonly path: string } | undefined = undefined;

  constructor(folder: Folder) {
    this.folder = folder;
  }

  add(record: string): void {
    const first = this.written === undefined;
    this.written ??= this.begin();
    this.put(this.written.fd, `${first ? '[\n' : ',\n'}${record}`);
  }

  finish(): void {
    if (this.written === undefined) return;
    const { fd, path } = this.written;
    this.put(fd, '\n]\n');
    this.written = undefined;
    settle(fd, path, this.folder.at(MANIFEST));
  }

  remove(): void {
    if (this.written !== undefined) settle(this.written.fd, this.written.path, undefined);
    this.written = undefined;
  }

  private begin(): { readonly fd: number; readonly path: string } {
    const path = this.folder.at(`${MANIFEST}.partial-${process.pid}`);
    try {
      rmSync(path, { force: true });
      return { fd: openSync(path, 'wx', PRIVATE), path };
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  private put(fd: number, text: string): void {
    try {
      writeAll(fd, this.encoder.encode(text));
    } catch (error) {
      throw unwritable(MANIFEST, error);
    }
  }
}

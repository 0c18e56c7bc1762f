/** A folder that files are written below, and never beside: new files only, through no link. */
import { closeSync, constants, lstatSync, mkdirSync, openSync, readdirSync, realpathSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { otherName } from '../src/bytes/safe-path.ts';
import { InputError } from './command.ts';
import { codeOf, PRIVATE, unwritable } from './output.ts';
import { linkStatOf, statOf } from './stat.ts';

/** Only the owner may enter: what moved through an encrypted session is not for everybody. */
const FOLDER_MODE = 0o700;

/** Names that are tried for one file or folder before it is given up. */
const ATTEMPTS = 100_000;

/** Names of folders and files that are remembered, so that they need not be looked for again. */
const REMEMBERED = 4096;

/** No link is followed where the system knows how to refuse it; Windows does not, and asks for rights to make links. */
const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const OLD_FILE = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);

/** A file of the folder that has no name yet, open to read and write. */
export interface OpenedFile {
  readonly fd: number;
  /** Where it is for now. */
  readonly path: string;
}

/** Where files stand in the folder while they are written. */
const UNFINISHED = `.sshark-${process.pid}`;
const OF_PROCESS = /^\.sshark-(\d{1,10})(-\d+)?$/;

/** The folder. It is made when the first file is. Files are written beside, and get their names when they are done. */
export class Folder {
  private readonly path: string;
  private readonly force: boolean;
  private readonly started = Date.now();
  private root: string | undefined = undefined;
  private unfinished: string | undefined = undefined;
  private made = 0;
  /** Folders by where they were wanted. */
  private readonly folders = new Map<string, string>();
  /** How many files of one name there are. */
  private readonly taken = new Map<string, number>();

  /** With `force`, files that were there before are replaced. */
  constructor(path: string, force: boolean) {
    this.path = path;
    this.force = force;
  }

  /** Refuses to begin when `name` is there and may not be replaced. */
  reserve(name: string): void {
    const there = statOf(this.path);
    if (there?.isDirectory() === false) throw unwritable(this.path, 'it is no folder');
    if (this.force || there === undefined || linkStatOf(join(this.path, name)) === undefined) return;
    throw new InputError(`${join(this.path, name)} is there already: choose another folder, or --force to write over what is in it`);
  }

  /** Names of folders in it where a run that was killed left files that it had not finished. */
  abandoned(): string[] {
    try {
      const folders = readdirSync(this.path, { withFileTypes: true }).filter((e) => e.isDirectory());
      return folders.map(({ name }) => name).filter((name) => isOver(Number(OF_PROCESS.exec(name)?.[1] ?? process.pid)));
    } catch {
      return []; // there is no such folder yet, or it cannot be read
    }
  }

  /** A new file, which `place` gives a name. */
  create(): OpenedFile {
    try {
      this.unfinished ??= this.enter('', UNFINISHED);
      const path = this.at(`${this.unfinished}${this.made++}`);
      return { fd: openSync(path, NEW_FILE, PRIVATE), path };
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** Moves the file at `path` to `names`, or where one of these is taken, to a name like it. Gives its path below the folder, with `/`. */
  place(path: string, names: readonly string[]): string {
    try {
      const below = names.slice(0, -1).reduce((folder, name) => this.enter(folder, name), '');
      const relative = this.reserveIn(below, names[names.length - 1] as string);
      renameSync(path, this.at(relative));
      return relative;
    } catch (error) {
      throw unwritable(join(this.path, ...names), error);
    }
  }

  /** No file is written any more. */
  finish(): void {
    try {
      if (this.unfinished !== undefined) rmdirSync(this.at(this.unfinished));
    } catch {
      // something of somebody else is in it
    }
    this.unfinished = undefined;
  }

  /** Where `relative` is; makes the folder. */
  at(relative: string): string {
    this.root ??= this.makeRoot();
    return join(this.root, relative);
  }

  private makeRoot(): string {
    mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    return realpathSync(this.path);
  }

  /** The folder `name` in `folder`, made if it is not there. What is there and no folder, a link too, is left alone. */
  private enter(folder: string, name: string): string {
    const wanted = `${folder}${name}/`;
    const known = this.folders.get(wanted);
    if (known !== undefined) return known;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const found = `${folder}${attempt === 1 ? name : `${name}-${attempt}`}/`;
      if (!this.isFolder(this.at(found.slice(0, -1)))) continue;
      remember(this.folders, wanted, found);
      return found;
    }
    throw new Error('too many names like it are taken');
  }

  private isFolder(path: string): boolean {
    try {
      mkdirSync(path, FOLDER_MODE);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return lstatSync(path).isDirectory();
    }
  }

  /** Makes an empty file of that name, or of one like it: nobody else can take it then. */
  private reserveIn(folder: string, name: string): string {
    const wanted = folder + name;
    const first = (this.taken.get(wanted) ?? 0) + 1;
    for (let attempt = first; attempt < first + ATTEMPTS; attempt++) {
      const relative = attempt === 1 ? wanted : folder + otherName(name, attempt);
      const path = this.at(relative);
      if (this.force) this.remove(path);
      try {
        closeSync(openSync(path, NEW_FILE, PRIVATE));
        remember(this.taken, wanted, attempt);
        return relative;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
    throw new Error('too many names like it are taken');
  }

  /** Removes the file or link `path` when it is older than this run. */
  private remove(path: string): void {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isDirectory() && there.ctimeMs < this.started) rmSync(path);
  }
}

/** True when there is no process `id`. */
function isOver(id: number): boolean {
  try {
    process.kill(id, 0); // sends nothing
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** Opens a file of this run again. */
export function reopen(path: string): number {
  try {
    return openSync(path, OLD_FILE);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function remember<T>(table: Map<string, T>, key: string, value: T): void {
  if (table.size >= REMEMBERED) table.clear();
  table.set(key, value);
}

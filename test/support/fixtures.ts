/** The recorded fixtures: captures of real programs, their secrets, and what those programs said. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const CAPTURES = new URL('../../fixtures/captures/', import.meta.url);

/** Algorithms of one direction; `mac` is null when the cipher brings its own. */
export interface Way {
  readonly cipher: string;
  readonly mac: string | null;
  readonly compression: string;
}

/** A key exchange as one of its ends printed it. */
export interface Exchange {
  readonly kex: string;
  readonly hostKey: string;
  readonly client: Way;
  readonly server: Way;
  /** H, hex, as they computed it. */
  readonly exchangeHash?: string;
}

/** What the programs of a recording printed themselves; a part is missing when none of them printed it. */
export interface Expected {
  readonly identification?: { readonly client?: string; readonly server?: string };
  readonly exchanges?: readonly Exchange[];
  /** Hex, as it went into their keys. */
  readonly sessionId?: string;
  readonly strictKex?: boolean;
  /** The method that succeeded. */
  readonly authenticated?: string | null;
  /** Message numbers in the order in which each side sent them. */
  readonly messages?: { readonly client: readonly number[]; readonly server: readonly number[] };
  readonly hostKeyFingerprint?: { readonly type: string; readonly bits: number; readonly sha256: string; readonly md5: string };
  /** Lines of `ssh-keygen -L`. */
  readonly certificate?: readonly string[];
  readonly exitStatus: number;
  readonly output?: string;
  readonly said?: string;
  /** SHA-256 of files, as the client printed them. */
  readonly files?: readonly { readonly name: string; readonly sha256: string }[];
}

export interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly programs: { readonly client: string; readonly server: string };
  /** The command lines. */
  readonly recorded: { readonly client?: string; readonly server?: string };
  /** `kex:…`, `hostkey:…`, `cipher:…`, `mac:…`, `compression:…`, `auth:…`, `feature:…`. */
  readonly exercises: readonly string[];
  readonly expect: Expected;
}

export interface Fixture {
  /** The bytes of a pcapng file. */
  readonly capture: Uint8Array;
  /** A key log, when one of the programs could be made to write it. */
  readonly secrets?: string;
  /** A second key log, of the ephemeral private values: a line for each side. */
  readonly privateSecrets?: string;
  readonly manifest: Manifest;
}

/** Names of all fixtures, sorted. */
export function fixtures(): string[] {
  return readdirSync(CAPTURES).sort();
}

/** Path of a file of the fixture `name`, for tests that give it to a program. */
export function fixturePath(name: string, file: 'capture.pcapng' | 'secrets.keylog' | 'private.keylog' | 'manifest.json'): string {
  return new URL(`${name}/${file}`, CAPTURES).pathname;
}

/** The fixture in the folder `name`. */
export function fixture(name: string): Fixture {
  const logged = (file: 'secrets.keylog' | 'private.keylog') => {
    const path = fixturePath(name, file);
    return existsSync(path) ? readFileSync(path, 'latin1') : undefined;
  };
  const [secrets, privateSecrets] = [logged('secrets.keylog'), logged('private.keylog')];
  return {
    capture: new Uint8Array(readFileSync(fixturePath(name, 'capture.pcapng'))),
    ...(secrets === undefined ? {} : { secrets }),
    ...(privateSecrets === undefined ? {} : { privateSecrets }),
    manifest: JSON.parse(readFileSync(fixturePath(name, 'manifest.json'), 'utf8')) as Manifest,
  };
}

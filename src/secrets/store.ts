/** All secrets of a run, from all files and blocks, to be looked up by the cookie of a KEXINIT. */
import { toHex } from '../bytes/hex.ts';
import type { SecretsBlock } from '../capture/frame.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { type Problem, problem } from '../wire/problem.ts';
import { readSecretsBlock } from './dsb.ts';
import { type CipherKey, type DerivedKeys, describeSource, isPlaceholder, type SecretItem, type SharedSecret } from './item.ts';
import { type LineCounts, readSecrets, type SecretsRead } from './read.ts';

/** A file or block that was read, for the `secrets` table. */
export interface SecretsFile {
  readonly file: string;
  readonly items: number;
  readonly spellings: readonly string[];
  readonly lines: LineCounts;
}

const NONE: readonly SecretItem[] = [];

export class SecretStore {
  private readonly limits: Limits;
  private readonly all: SecretItem[] = [];
  private readonly cookieIndex = new Map<string, SecretItem | SecretItem[]>();
  private readonly derived = new Map<string, DerivedKeys | CipherKey>();
  private readonly unnamed = new Map<string, SharedSecret>();
  private readonly copies = new Map<SecretItem, SecretItem>();
  private readonly marks = new Map<SecretItem, string[]>();
  private readonly found: Problem[] = [];
  private readonly read: SecretsFile[] = [];
  private suppressed = 0;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Every item in the order of reading, copies too. */
  get items(): readonly SecretItem[] {
    return this.all;
  }

  get files(): readonly SecretsFile[] {
    return this.read;
  }

  get problems(): readonly Problem[] {
    return this.suppressed === 0 ? this.found : [...this.found, problem('limit', `${this.suppressed} more problems of secrets files are not shown`)];
  }

  /** Reads `text`, the content of the file or pipe `file`, in any spelling. */
  add(text: Uint8Array, file: string): void {
    this.take(file, readSecrets(text, file, this.rest()));
  }

  /** Reads a Decryption Secrets Block of the capture; it may come after the packets that it opens. */
  addBlock(block: SecretsBlock): void {
    this.take(`secrets block at offset ${block.offset}`, readSecretsBlock(block, this.rest()));
  }

  /** What is known for the key exchange with this cookie (hex of either case), in the order of reading: differing values all, equal ones once. */
  byCookie(cookie: string): readonly SecretItem[] {
    const entry = this.cookieIndex.get(cookie.toLowerCase());
    return entry === undefined ? NONE : Array.isArray(entry) ? entry : [entry];
  }

  /** Derived keys without a cookie, to be tried on each direction that their cipher fits. */
  derivedKeys(): readonly (DerivedKeys | CipherKey)[] {
    return [...this.derived.values()];
  }

  /** Shared secrets without a cookie, or with the zeros that tools write for want of one, to be tried on each key exchange. */
  sharedSecretsWithoutCookie(): readonly SharedSecret[] {
    return [...this.unnamed.values()];
  }

  /** Every cookie that has a secret, in the order of reading, at most `max`: for saying which cookies the key log had. */
  cookies(max = Number.POSITIVE_INFINITY): string[] {
    const out: string[] = [];
    for (const cookie of this.cookieIndex.keys()) {
      if (out.length >= max) break;
      out.push(cookie);
    }
    return out;
  }

  get cookieCount(): number {
    return this.cookieIndex.size;
  }

  /** The earlier item that says the same as `item`, which is then not tried again. */
  copyOf(item: SecretItem): SecretItem | undefined {
    return this.copies.get(item);
  }

  /** Notes what came of `item`, e.g. `session 1, exchange 2` or why it did not fit. Said twice, it counts once. */
  markUsed(item: SecretItem, text: string): void {
    const marks = this.marks.get(item);
    if (marks === undefined) this.marks.set(item, [text]);
    else if (!marks.includes(text)) marks.push(text);
  }

  /** The notes on `item` so far. */
  uses(item: SecretItem): readonly string[] {
    return this.marks.get(item) ?? [];
  }

  /** The limits with what is left of them for the next file. */
  private rest(): Limits {
    return { ...this.limits, secretItems: Math.max(0, this.limits.secretItems - this.all.length) };
  }

  private take(file: string, { items, problems, spellings, lines }: SecretsRead): void {
    for (const p of problems) this.report(p);
    this.read.push({ file, items: items.length, spellings, lines });
    for (const item of items) {
      this.all.push(item);
      if (item.cookie === undefined || isPlaceholder(item.cookie)) this.withoutCookie(item);
      if (item.cookie !== undefined) this.withCookie(item, item.cookie);
    }
  }

  private withCookie(item: SecretItem, cookie: string): void {
    const entry = this.cookieIndex.get(cookie);
    // One item for one cookie is the rule; a list for each would double the memory of a large key log.
    if (entry === undefined) {
      this.cookieIndex.set(cookie, item);
      return;
    }
    const list = Array.isArray(entry) ? entry : [entry];
    const same = list.find((other) => isEqual(other, item));
    if (same !== undefined) this.copies.set(item, same);
    else if (list.length >= this.limits.secretsPerCookie) {
      this.report(
        problem(
          'limit',
          `${describeSource(item.source)}: more than ${this.limits.secretsPerCookie} different secrets for one cookie (limit secretsPerCookie)`,
          place(item),
        ),
      );
    } else {
      list.push(item);
      this.cookieIndex.set(cookie, list);
    }
  }

  private withoutCookie(item: SecretItem): void {
    if (item.kind === 'PRIVATE_KEY') return;
    const key = identity(item);
    const same = item.kind === 'SHARED_SECRET' ? this.unnamed.get(key) : this.derived.get(key);
    if (same !== undefined) this.copies.set(item, same);
    else if (item.kind === 'SHARED_SECRET') this.unnamed.set(key, item);
    else this.derived.set(key, item);
  }

  private report(p: Problem): void {
    if (this.found.length < this.limits.problems) this.found.push(p);
    else this.suppressed++;
  }
}

function place(item: SecretItem): { line?: number } {
  return item.source.line === undefined ? {} : { line: item.source.line };
}

/** True when both say the same; what a PRIVATE_KEY was written as does not count. */
function isEqual(a: SecretItem, b: SecretItem): boolean {
  if (a.kind !== b.kind) return false;
  if ((a.kind === 'SHARED_SECRET' || a.kind === 'PRIVATE_KEY') && (b.kind === 'SHARED_SECRET' || b.kind === 'PRIVATE_KEY')) {
    return a.bytes.length === b.bytes.length && a.bytes.every((v, i) => v === b.bytes[i]);
  }
  return identity(a) === identity(b);
}

/** Text that two items share exactly when they give the same secret in the same role. */
function identity(item: SecretItem): string {
  switch (item.kind) {
    case 'SHARED_SECRET':
    case 'PRIVATE_KEY':
      return `${item.kind} ${toHex(item.bytes)}`;
    case 'keys':
      return `${item.epoch ?? ''} ${item.sessionId ?? ''} ${Object.entries(item.letters)
        .map(([letter, bytes]) => letter + toHex(bytes))
        .sort()
        .join(' ')}`;
    case 'cipher key':
      return `${item.cipher ?? ''} ${item.direction ?? ''} ${[item.key, item.iv, item.macKey].map((b) => (b === undefined ? '' : toHex(b))).join(' ')}`;
  }
}

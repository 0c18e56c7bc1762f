/** Lines that give one letter each, gathered into one item for each key exchange. */
import type { DerivedKeys, Draft, Letter } from '../item.ts';
import type { Collector } from '../spelling.ts';

/**
 * A value that comes again with other bytes begins a new key exchange. The counters that some writers append (`_KEX1`)
 * are no help: they step in the middle of an exchange. Two processes that write into one file at a time cannot be told apart.
 */
export class LetterGatherer {
  private readonly out: Collector;
  private letters: Partial<Record<Letter, Uint8Array>> = {};
  private item: Draft<DerivedKeys> | undefined;

  constructor(out: Collector) {
    this.out = out;
  }

  letter(letter: Letter, bytes: Uint8Array, line: number): void {
    const known = this.letters[letter];
    if (known !== undefined && !sameBytes(known, bytes)) this.item = undefined;
    this.current(line);
    this.letters[letter] = bytes;
  }

  /** The hash H or the session id, as lower-case hex. */
  hash(name: 'exchangeHash' | 'sessionId', hex: string, line: number): void {
    const known = this.item?.[name];
    if (known !== undefined && known !== hex) this.item = undefined;
    this.current(line)[name] = hex;
  }

  private current(line: number): Draft<DerivedKeys> {
    if (this.item === undefined) {
      this.letters = {};
      this.item = { kind: 'keys', source: this.out.source(line), letters: this.letters };
      this.out.add(this.item);
    }
    return this.item;
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}

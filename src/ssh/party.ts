/** What is known of one end of a session. */
import type { Endpoint } from '../stream/chunk.ts';
import type { Direction } from './direction.ts';
import { type Hassh, hassh } from './hassh.ts';
import type { Decryption, Identification, Party, Side } from './model.ts';
import type { KexInit } from './negotiate.ts';

/** Puts into words only what somebody asks for: a list of sessions asks for little. */
export class SessionParty implements Party {
  private readonly endpoint: Endpoint;
  private readonly direction: Direction;
  readonly begun: boolean;
  private readonly side: Side;
  /** The lists of its first KEXINIT. */
  private readonly lists: KexInit | undefined;
  private outcome: Decryption | undefined;

  constructor(endpoint: Endpoint, direction: Direction, begun: boolean, side: Side, lists: KexInit | undefined) {
    this.begun = begun;
    this.endpoint = endpoint;
    this.direction = direction;
    this.side = side;
    this.lists = lists;
  }

  get address(): string {
    return this.endpoint.address;
  }

  get port(): number {
    return this.endpoint.port;
  }

  get identification(): Identification | undefined {
    return this.direction.identification;
  }

  get hassh(): string | undefined {
    return this.mark?.md5;
  }

  get hasshText(): string | undefined {
    return this.mark?.text;
  }

  get bytes(): number {
    return this.direction.bytes;
  }

  get decryption(): Decryption {
    this.outcome ??= this.direction.decryption;
    return this.outcome;
  }

  private get mark(): Hassh | undefined {
    return this.lists === undefined ? undefined : hassh(this.lists, this.side);
  }
}

/** What a kind of request or channel adds to the message that names it. */
import { type Codec, described, rest, struct } from '../../wire/codec.ts';
import type { Partly } from '../message.ts';

/** Fields of one kind, by name; any may be missing. */
export type SpecificValue = Partly<Readonly<Record<string, unknown>>>;

/** A kind of global request, channel or channel request: a row of one of three tables. */
export interface Specific {
  readonly name: string;
  readonly rfc: string;
  /** One sentence for a student. */
  readonly note: string;
  /** The fields behind those that all kinds share. */
  readonly body: Codec<object>;
  /** Words about a value, for the summary. */
  words?(value: SpecificValue): string;
}

/** A kind without fields of its own. */
export const nothingMore: Codec<object> = struct({});

/** Fields of a kind that is not known here. */
export const unknownKind: Codec<object> = struct({ data: described(rest, 'Fields of a kind that is not known here.') });

/** The rows by name. */
export function tableOf<T extends Specific>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.name, row]));
}

/** `host:port` of two fields. */
export function hostPort(host: unknown, port: unknown): string {
  const name = typeof host === 'string' ? host.slice(0, 64) : '?';
  return `${name.includes(':') ? `[${name}]` : name}:${typeof port === 'number' ? port : '?'}`;
}

/** Sessions under real keys whose compressed packets expand a thousand times: recordings in which more is said, sealed again. */
import { recordings, type Said } from '../fuzz/seeds.ts';
import { captureOf } from '../fuzz/segments.ts';
import { sealed } from '../fuzz/sessions.ts';
import { type Line, sftp, text, u64 } from './channel-talk.ts';
import { concat } from './packets.ts';
import { randomOf } from './random.ts';
import { segmentsOfTalk } from './talk.ts';
import { str, u32 } from './two-ends.ts';
import { split } from './variants.ts';

/** What `inflatedBytes` allows for one packet. */
const CAP = 4 * 1024 * 1024;
/** Zeros that compress to nearly the largest packet. */
const LARGEST = 250_000_000;
/** A file, and the pieces of it that are written at once. */
const FILE = 80_000_000;
const WRITE = 1_000_000;

/** A session to be opened with `secrets`. */
export interface Bomb {
  readonly name: string;
  /** One of its packets expands beyond the limit. */
  readonly beyond: boolean;
  /** Bytes of the file that moves in it. */
  readonly file?: number;
  make(): Promise<{ readonly capture: Uint8Array; readonly secrets: Uint8Array }>;
}

/** The recording `name` with `more` on channel 0 behind the last packet `behind` of `side`, of that side unless told; behind a request (98) for a command, which then is one for SFTP. */
async function withMore(name: string, side: 'c' | 's', behind: number, more: Iterable<Uint8Array | Line>) {
  const [recording] = await recordings(name);
  if (recording?.seed.secrets === undefined) throw new Error(`${name} cannot be opened`);
  const said = behind === 98 ? recording.said.map(asSftp) : recording.said;
  const at = said.findLastIndex((one) => one.side === side && one.number === behind);
  const place = said[at];
  if (place === undefined) throw new Error(`${name} has no packet ${behind}`);
  const extra = Array.from(more, (one): Said => {
    const [from, bytes] = one instanceof Uint8Array ? [side, one] : one;
    return { ...place, side: from, packed: true, bytes, leaves: [], inner: [] };
  });
  const wire = sealed(recording, [...said.slice(0, at + 1), ...extra, ...said.slice(at + 1)], randomOf(1));
  return { capture: captureOf(split(segmentsOfTalk(wire), 60_000)), secrets: recording.seed.secrets };
}

/** A request to run a command as one for SFTP. */
function asSftp(one: Said): Said {
  const isExec = one.number === 98 && new TextDecoder('latin1').decode(one.bytes).includes('exec');
  if (!isExec) return one;
  return { ...one, bytes: concat(one.bytes.subarray(0, 5), text('subsystem'), Uint8Array.of(1), text('sftp')), leaves: [], inner: [] };
}

const zeros = (payload: Uint8Array, size: number) => concat(payload, str(new Uint8Array(size)));
const IGNORE = Uint8Array.of(2);
const data = (...parts: Uint8Array[]) => concat(Uint8Array.of(94), u32(0), str(concat(...parts)));

/** A file that is written from its beginning on, four pieces in a packet. */
function* written(packets: number): Generator<Line> {
  yield ['c', data(sftp(1, u32(3)))];
  yield ['s', data(sftp(2, u32(3)))];
  yield ['c', data(sftp(3, u32(1), text('zeros'), u32(0x1a), u32(0)))];
  yield ['s', data(sftp(102, u32(1), text('zeros')))];
  for (let n = 0; n < packets; n++) {
    const piece = (i: number) => sftp(6, u32(2 + i), text('zeros'), u64((4 * n + i) * WRITE), str(new Uint8Array(WRITE)));
    yield ['c', data(piece(0), piece(1), piece(2), piece(3))];
  }
}

const times = (count: number, payload: Uint8Array): Uint8Array[] => Array.from({ length: count }, () => payload);

export const BOMBS: readonly Bomb[] = [
  { name: 'one packet of 250 MB', beyond: true, make: () => withMore('zlib', 's', 94, [zeros(IGNORE, LARGEST)]) },
  { name: '24 packets of 4 MiB', beyond: false, make: () => withMore('zlib', 's', 94, times(24, data(new Uint8Array(CAP - 9)))) },
  { name: `a file of ${FILE / 1e6} MB over SFTP`, beyond: false, file: FILE, make: () => withMore('zlib', 'c', 98, written(FILE / WRITE / 4)) },
  { name: 'one packet of 250 MB before the login', beyond: true, make: () => withMore('zlib-at-once', 's', 6, [zeros(IGNORE, LARGEST)]) },
  { name: '48 packets of 4 MiB before the login', beyond: false, make: () => withMore('zlib-at-once', 'c', 5, times(48, zeros(IGNORE, CAP - 5))) },
];

/** Sessions under real keys whose compressed packets expand a thousand times: recordings in which more is said, sealed again. */
import { recordings, type Said } from '../fuzz/seeds.ts';
import { captureOf } from '../fuzz/segments.ts';
import { sealed } from '../fuzz/sessions.ts';
import { sftp, text, u64 } from './channel-talk.ts';
import { concat } from './packets.ts';
import { randomOf } from './random.ts';
import { segmentsOfTalk } from './talk.ts';
import { str, u32 } from './two-ends.ts';
import { split } from './variants.ts';

/** What `inflatedBytes` allows for one packet. */
const CAP = 4 * 1024 * 1024;
/** Zeros that compress to nearly the largest packet. */
const LARGEST = 250_000_000;

/** A session to be opened with `secrets`. */
export interface Bomb {
  readonly name: string;
  /** Bytes that its packets hold when they are decompressed, as far as they are. */
  readonly inflated: number;
  /** Packets that expand beyond the limit. */
  readonly beyond: number;
  make(): Promise<{ readonly capture: Uint8Array; readonly secrets: Uint8Array }>;
}

/** The recording `name` with `more` of the `side` behind its first packet of that side with number `behind`. */
async function withMore(name: string, side: 'c' | 's', behind: number, more: (id: number) => Iterable<Uint8Array>) {
  const [recording] = await recordings(name);
  if (recording?.seed.secrets === undefined) throw new Error(`${name} cannot be opened`);
  const said = behind === 98 ? recording.said.map(asSftp) : recording.said;
  const at = said.findIndex((one) => one.side === side && one.number === behind);
  const place = said[at];
  if (place === undefined) throw new Error(`${name} has no packet ${behind}`);
  const channel = 0;
  const extra = Array.from(more(channel), (bytes): Said => ({ ...place, packed: true, bytes, leaves: [], inner: [] }));
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
const data = (id: number, bytes: Uint8Array) => concat(Uint8Array.of(94), u32(id), str(bytes));

/** A file that is written from its beginning on, 1 MB less some bytes at a time, four in a packet. */
function* written(id: number, packets: number): Generator<Uint8Array> {
  const PIECE = 1_000_000;
  yield data(id, concat(sftp(1, u32(3)), sftp(3, u32(1), text('zeros'), u32(0x1a), u32(0))));
  for (let n = 0; n < packets; n++) {
    const writes = Array.from({ length: 4 }, (_, i) => sftp(6, u32(2 + i), text('zeros'), u64((4 * n + i) * PIECE), str(new Uint8Array(PIECE))));
    yield data(id, concat(...writes));
  }
}

const times = (count: number, payload: Uint8Array): Uint8Array[] => Array.from({ length: count }, () => payload);

export const BOMBS: readonly Bomb[] = [
  { name: 'one packet of 250 MB', inflated: CAP, beyond: 1, make: () => withMore('zlib', 's', 94, () => [zeros(IGNORE, LARGEST)]) },
  {
    name: '300 packets of 4 MiB',
    inflated: 300 * CAP,
    beyond: 0,
    make: () => withMore('zlib', 's', 94, (id) => times(300, zeros(concat(Uint8Array.of(94), u32(id)), CAP - 9))),
  },
  { name: 'a file of 400 MB over SFTP', inflated: 400_000_000, beyond: 0, make: () => withMore('zlib', 'c', 98, (id) => written(id, 100)) },
  { name: 'one packet of 250 MB before the login', inflated: CAP, beyond: 1, make: () => withMore('zlib-at-once', 's', 6, () => [zeros(IGNORE, LARGEST)]) },
  {
    name: '300 packets of 4 MiB before the login',
    inflated: 300 * CAP,
    beyond: 0,
    make: () => withMore('zlib-at-once', 'c', 5, () => times(300, zeros(IGNORE, CAP - 5))),
  },
];

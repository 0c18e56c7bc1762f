/** Payloads out of their compression, also where the capture does not hold all of it (RFC 4253 section 6.2). */
import { problem } from '../wire/problem.ts';
import { PacketInflater } from './crypto/inflate.ts';
import type { Direction } from './direction.ts';
import { readsAs } from './evidence.ts';
import type { Framed } from './packet.ts';
import type { SshSession } from './session.ts';

const NOTHING = new Uint8Array(0);

/** The packet with its payload decompressed, once compression has begun; without a payload when it cannot be decompressed. */
export function unpack(session: SshSession, d: Direction, parts: Framed): Framed {
  const { clear, payload } = parts;
  if (clear === undefined || payload === undefined) return parts;
  if (d.zlibBroken) return { ...parts, inflated: NOTHING };
  if (d.inflater === undefined && d.inflateAfterLogin && (session.a.lossy || session.b.lossy)) begin(session, d, clear.subarray(payload.start, payload.end));
  if (d.zlibBroken) return { ...parts, inflated: NOTHING };
  if (d.inflater === undefined) return parts;
  const out = d.inflater.push(clear.subarray(payload.start, payload.end));
  if ('bytes' in out) return { ...parts, inflated: out.bytes };
  const wrong = problem(out.limit ? 'limit' : 'malformed', out.error, { span: payload, rfc: '4253#6.2' });
  return { ...parts, inflated: NOTHING, problems: [...(parts.problems ?? []), wrong] };
}

/** Begins delayed compression by what the payload looks like, as the end of the login may be among what was lost. */
function begin(session: SshSession, d: Direction, payload: Uint8Array): void {
  if (isZlibHeader(payload, 0)) d.inflater = new PacketInflater(session.limits.inflatedBytes);
  else d.zlibBroken = readsAs(payload) < 0;
}

/**
 * A zlib header (RFC 1950 section 2.2) where a message number should be: delayed compression has begun, and the message that
 * begins it was not seen. No message has the number 0x78.
 */
function isZlibHeader(bytes: Uint8Array, at: number): boolean {
  const [method = 0, flags = 0] = bytes.subarray(at, at + 2);
  return method === 0x78 && (method * 256 + flags) % 31 === 0;
}

/** Packets were lost: what is behind them cannot be decompressed, as one zlib stream runs through all of them. */
export function breakCompression(session: SshSession, d: Direction, frame: number): void {
  if (d.inflater === undefined || d.zlibBroken) return;
  d.zlibBroken = true;
  const side = session.sideOf(d.end);
  const message = `the packets of the ${side} from here on are decrypted but stay compressed: the zlib stream needs every byte before it`;
  session.report(problem('undecryptable', message, { frame, rfc: '4253#6.2' }));
}

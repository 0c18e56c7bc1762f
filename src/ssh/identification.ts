/** The lines before the first packet: what may precede the identification string, and the string itself (RFC 4253 section 4.2). */
import type { Space, Span } from '../bytes/space.ts';
import { textIn, textOf } from '../bytes/text.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Limits } from '../limits.ts';
import type { End, Flow, Verdict } from '../stream/chunk.ts';
import type { Taken } from '../stream/queue.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { Identification, Session } from './model.ts';

const LF = 0x0a;
const CR = 0x0d;

/** RFC 4253 section 4.2: the string has at most 255 characters, CR LF included. */
const LONGEST = 255;

/** The lines up to and with the identification string, found at the head of a stream. */
export interface IdentificationLines {
  /** Bytes used, the line end of the string included. */
  readonly length: number;
  /** The string without its line end. */
  readonly line: Span;
  readonly preamble: readonly string[];
  readonly lineEnd: 'CRLF' | 'LF' | 'none';
  readonly problems: readonly Problem[];
}

/** What looking for the string gives: the lines, the wish for more bytes, or the certainty that there is none. */
export type IdentificationScan = IdentificationLines | 'more' | 'none';

/** `SSH-` */
const SIGN = [0x53, 0x53, 0x48, 0x2d];

/** True when `bytes` at `start` begin with `SSH-`, as far as they go. */
function sshAt(bytes: Uint8Array, start: number): Verdict {
  for (let i = 0; i < 4; i++) {
    if (start + i >= bytes.length) return 'more';
    if (bytes[start + i] !== SIGN[i]) return 'no';
  }
  return 'yes';
}

/** The identification string at the head of what was taken out of a stream. */
export class SentIdentification implements Identification {
  readonly session: Session;
  readonly from: End;
  readonly frame: number;
  readonly text: string;
  readonly protocolVersion: string;
  readonly softwareVersion: string;
  readonly comments: string | undefined;
  private readonly lines: IdentificationLines;
  private readonly taken: Taken;

  constructor(session: Session, from: End, lines: IdentificationLines, taken: Taken) {
    this.session = session;
    this.from = from;
    this.frame = taken.frame;
    this.text = textIn(taken.bytes, lines.line.start, lines.line.end);
    const { protocolVersion, softwareVersion, comments } = partsOf(this.text);
    this.protocolVersion = protocolVersion;
    this.softwareVersion = softwareVersion;
    this.comments = comments;
    this.lines = lines;
    this.taken = taken;
  }

  get bytes(): Uint8Array {
    return this.taken.bytes.subarray(this.lines.line.start, this.lines.line.end);
  }

  get time(): Timestamp {
    return this.taken.time;
  }

  get preamble(): readonly string[] {
    return this.lines.preamble;
  }

  get lineEnd(): Identification['lineEnd'] {
    return this.lines.lineEnd;
  }

  get space(): Space {
    return this.taken.space;
  }

  get problems(): readonly Problem[] {
    return this.lines.problems;
  }
}

/** Looks for the identification string at the head of `bytes`. With `last` no more bytes will come. */
export function scanIdentification(bytes: Uint8Array, limits: Limits, last = false): IdentificationScan {
  const preamble: string[] = [];
  let start = 0;
  for (;;) {
    const here = sshAt(bytes, start);
    if (here === 'yes') return identificationAt(bytes, start, preamble, limits, last);
    if (here === 'more') return last ? 'none' : 'more';
    const end = bytes.indexOf(LF, start);
    if (end < 0) return last || bytes.length - start > limits.preambleBytes ? 'none' : 'more';
    if (preamble.length >= limits.preambleLines || end > limits.preambleBytes) return 'none';
    preamble.push(textOf(bytes.subarray(start, bytes[end - 1] === CR && end > start ? end - 1 : end)));
    start = end + 1;
  }
}

function identificationAt(bytes: Uint8Array, start: number, preamble: readonly string[], limits: Limits, last: boolean): IdentificationScan {
  const longest = start + limits.identificationBytes;
  const lf = (bytes.length > longest ? bytes.subarray(0, longest) : bytes).indexOf(LF, start);
  const problems: Problem[] = [];
  const report = (code: 'noncanonical' | 'truncated' | 'malformed', message: string, end: number) =>
    problems.push(problem(code, message, { span: { start, end }, rfc: '4253#4.2' }));
  if (lf < 0) {
    if (bytes.length < longest && !last) return 'more';
    const end = Math.min(bytes.length, longest);
    if (bytes.length < longest) report('truncated', 'the identification string is cut off', end);
    else report('malformed', `the identification string has no line end within ${limits.identificationBytes} bytes (limit identificationBytes)`, end);
    return { length: end, line: { start, end }, preamble, lineEnd: 'none', problems };
  }
  const cr = lf > start && bytes[lf - 1] === CR;
  const end = cr ? lf - 1 : lf;
  if (!cr && !endsInLf(bytes.subarray(start, end))) report('noncanonical', 'the identification string ends in LF alone, where RFC 4253 asks for CR LF', lf + 1);
  if (lf + 1 - start > LONGEST) report('noncanonical', `the identification string has ${lf + 1 - start} bytes, where ${LONGEST} are allowed`, lf + 1);
  const odd = oddCharacter(bytes, start, end);
  if (odd !== undefined) report('noncanonical', odd, end);
  return { length: lf + 1, line: { start, end }, preamble, lineEnd: cr ? 'CRLF' : 'LF', problems };
}

/** LF alone is right in SSH-1, and for that reason after 1.99: with it a server is not to send the CR (RFC 4253 section 5.1). */
function endsInLf(line: Uint8Array): boolean {
  return protocolOf(partsOf(textOf(line)).protocolVersion) !== 2;
}

/** RFC 4253 section 4.2: the NUL character must not be sent; the parts are printable US-ASCII. */
function oddCharacter(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (c === 0) return 'the identification string holds NUL characters, which must not be sent';
    if (c < 0x20 || c > 0x7e) return `the identification string holds the byte 0x${c.toString(16).padStart(2, '0')}, which is not printable US-ASCII`;
  }
  return undefined;
}

interface Parts {
  readonly protocolVersion: string;
  readonly softwareVersion: string;
  readonly comments: string | undefined;
}

/** The strings seen last, of the length that is allowed, with their parts: few programs make many sessions. */
const known = new Map<string, Parts>();
const MOST_KNOWN = 256;

/** `SSH-2.0-OpenSSH_9.2 Debian` in its parts; empty strings when it does not have the form. */
export function partsOf(text: string): Parts {
  const before = known.get(text);
  if (before !== undefined) return before;
  const m = /^SSH-([^-]*)-([^ ]*)(?: ([\s\S]*))?$/.exec(text);
  const parts = { protocolVersion: m?.[1] ?? '', softwareVersion: m?.[2] ?? '', comments: m?.[3] };
  if (known.size >= MOST_KNOWN) known.clear();
  if (text.length <= LONGEST) known.set(text, parts);
  return parts;
}

/** Which protocol a version string speaks: 1.99 is both (RFC 4253 section 5.1). */
export function protocolOf(version: string): 1 | 2 | 'both' {
  if (version === '1.99') return 'both';
  return version.startsWith('1.') ? 1 : 2;
}

/** Bytes of one direction that could not be told from SSH's so far. */
function verdictOf(bytes: Uint8Array): Verdict {
  const head = sshAt(bytes, 0);
  if (head !== 'no') return bytes.length === 0 ? 'more' : head;
  return 'no';
}

/** True when `bytes` may be lines before an identification string: text so far. */
function textSoFar(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i] as number;
    if (c < 0x20 && c !== LF && c !== CR && c !== 0x09 && c !== 0x1b && c !== 0x07 && c !== 0x08) return false;
  }
  return true;
}

/** True when the bytes begin with a whole SSH_MSG_KEXINIT: a handshake whose identification the capture does not hold. */
function kexinitAt(bytes: Uint8Array): boolean {
  if (bytes.length < 30) return false;
  const length = ((bytes[0] as number) << 24) | ((bytes[1] as number) << 16) | ((bytes[2] as number) << 8) | (bytes[3] as number);
  const padding = bytes[4] as number;
  if (bytes[5] !== 20 || length < 60 || length > 0x10000 || (length + 4) % 8 !== 0 || padding < 4 || padding + 22 > length) return false;
  // Behind the cookie stands the kex list: a length that fits, then a name.
  const list = ((bytes[22] as number) << 24) | ((bytes[23] as number) << 16) | ((bytes[24] as number) << 8) | (bytes[25] as number);
  const first = bytes[26] as number;
  return list >= 0 && list < length && (list === 0 || (first > 0x20 && first < 0x7f));
}

/**
 * Says whether the first bytes of both ends of a flow are SSH. The client's first bytes are its identification string;
 * only a server may send lines before (RFC 4253 section 4.2). So two ends that both begin with something else are not SSH.
 */
export function detectSsh(flow: Flow, a: Uint8Array, b: Uint8Array): Verdict {
  const va = verdictOf(a);
  const vb = verdictOf(b);
  if (va === 'yes' || vb === 'yes' || kexinitAt(a) || kexinitAt(b)) return 'yes';
  for (const one of [a, b]) if (lineAfterLines(one)) return 'yes';
  if (va === 'no' && vb === 'no') return midStream(flow, a, b);
  for (const [v, bytes] of [
    [va, a],
    [vb, b],
  ] as const) {
    if (v === 'no' && !textSoFar(bytes)) return midStream(flow, a, b);
  }
  return 'more';
}

/** True when a line further down begins with `SSH-`. */
function lineAfterLines(bytes: Uint8Array): boolean {
  for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) if (sshAt(bytes, lf + 1) === 'yes') return true;
  return false;
}

/** A flow that was under way when the capture began, on port 22, not text: taken for SSH, by its port alone. */
function midStream(flow: Flow, a: Uint8Array, b: Uint8Array): Verdict {
  if (flow.initiator !== undefined || (flow.a.port !== 22 && flow.b.port !== 22)) return 'no';
  const seen = a.length + b.length;
  return seen > 0 && !textSoFar(a.length > 0 ? a : b) ? 'yes' : 'no';
}

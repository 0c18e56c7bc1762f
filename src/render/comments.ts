/** Packet comments: what sshark says about each frame, for the comments of a pcapng file that Wireshark shows. */
import { toHex } from '../bytes/hex.ts';
import { printable, shorten } from '../bytes/printable.ts';
import type { Level } from '../explain/note.ts';
import type { Limits } from '../limits.ts';
import type { Exchange, Identification, Packet, Session, Side } from '../ssh/model.ts';
import type { Field } from '../wire/field.ts';
import type { Problem } from '../wire/problem.ts';
import { palette } from './color.ts';
import { CommentStore } from './comment-store.ts';
import { redactedPacket } from './redact.ts';
import { sessionLines } from './session-text.ts';
import { count, problemText, rangeText, sectionText, sideOf, wrap } from './text.ts';

/** What every comment begins with, so that a display filter finds it: `frame.comment contains "sshark:"`. */
export const MARK = 'sshark: ';
/** Wireshark cuts a row of its tree at 240 bytes: a longer text becomes several comments. */
const ROW = 200;
/** Characters of a value, an identification string or a line before it. */
const VALUE_SHOWN = 120;
const PREAMBLE_SHOWN = 5;
/** In ASCII, like all that stands in every comment: a text of it takes half the memory. */
const WAYS: Readonly<Record<Side, string>> = { client: 'client to server', server: 'server to client' };
const PLAIN = palette(false);

export interface CommentOptions {
  /** `brief`: what happened; `student`: and what each kind of message is for, once in a session; `deep`: and the fields. */
  readonly level: Level;
  readonly showSecrets: boolean;
}

/**
 * Collects the comments of a capture while it is dissected: for every message one on the frame that completed it, and what
 * is known of a session when it is over on its first frame. Its memory is bounded by the limits.
 */
export class CommentCollector {
  readonly comments: CommentStore;
  private readonly options: CommentOptions;
  /** By session that is open: kinds of messages that were told what they are for, and frames of host key signatures by key exchange. */
  private readonly open = new Map<Session, { readonly told: Set<string>; readonly signed: Map<number, number> }>();

  constructor(options: CommentOptions, limits: Limits) {
    this.options = options;
    this.comments = new CommentStore(limits, problemLines);
  }

  identification(i: Identification): void {
    this.comments.addMessage(i.frame, () => identificationLines(i));
  }

  packet(p: Packet): void {
    this.comments.addMessage(p.frame, () => this.packetLines(p));
  }

  /** The session is over: all that is known of it, before what its first frame says already. */
  session(s: Session): void {
    for (const p of s.fragments) this.packet(p);
    const { signed } = this.stateOf(s);
    this.open.delete(s);
    const verdicts = s.exchanges.flatMap((e) => {
      const frame = signed.get(e.epoch);
      return frame === undefined ? [] : [{ frame, lines: verdictLines(e) }];
    });
    this.comments.addSession(s.flow.firstFrame, () => sessionLinesOf(s), verdicts);
  }

  private packetLines(p: Packet): string[] {
    const shown = this.options.showSecrets ? p : redactedPacket(p);
    const first = this.options.level !== 'brief' && this.isFirst(p);
    this.noteSignature(p);
    return [
      ...row(`${WAYS[p.side]}: ${p.summary}`),
      ...below(factsText(p)),
      ...(first && p.message !== undefined ? below(`${p.message.note} (${sectionText(p.message.rfc)})`) : []),
      ...(this.options.level === 'deep' ? messageFields(shown, first) : []),
      ...p.inner.flatMap((m) => [...below(`${m.name}: ${m.summary}`), ...problemLines(m.problems)]),
      ...problemLines(p.problems),
    ];
  }

  /** True for the first message of its kind in its session. */
  private isFirst(p: Packet): boolean {
    if (p.name === undefined) return false;
    const { told } = this.stateOf(p.session);
    const before = told.size;
    return told.add(p.name).size > before;
  }

  /** Whether a host key's signature is right is known only when the session is over. */
  private noteSignature(p: Packet): void {
    const method = p.number !== undefined && p.number >= 30 && p.number < 50;
    if (method && p.side === 'server' && p.value?.signature !== undefined) this.stateOf(p.session).signed.set(p.epoch + 1, p.frame);
  }

  private stateOf(s: Session) {
    const state = this.open.get(s) ?? { told: new Set<string>(), signed: new Map<number, number>() };
    this.open.set(s, state);
    return state;
  }
}

// --- texts: every one goes through `row`, which makes it printable

/** A text as comments of one row each; those after the first are set in. */
function row(text: string, indent = ''): string[] {
  return wrap(printable(text), ROW).map((line, i) => `${MARK}${indent}${i === 0 ? '' : '  '}${line}`);
}

function below(text: string): string[] {
  return row(text, '  ');
}

function problemLines(problems: readonly Problem[]): string[] {
  return problems.flatMap((p) => below(`! ${problemText(p)}`));
}

function identificationLines(i: Identification): string[] {
  const side = sideOf(i);
  const name = side === 'client' ? 'V_C' : 'V_S';
  const lines = i.preamble.slice(0, PREAMBLE_SHOWN).flatMap((line) => below(`before it: ${shorten(line, VALUE_SHOWN)}`));
  const more = i.preamble.length > PREAMBLE_SHOWN ? below(`and ${count(i.preamble.length - PREAMBLE_SHOWN, 'more line')} before it`) : [];
  const hashed = i.protocolVersion.startsWith('1.') && i.protocolVersion !== '1.99' ? '' : ` (${name} of the exchange hash, ${sectionText('4253#4.2')})`;
  return [...row(`${WAYS[side]}: identification string ${JSON.stringify(shorten(i.text, 255))}${hashed}`), ...lines, ...more, ...problemLines(i.problems)];
}

/** `SSH_MSG_KEXINIT: packet 1 of session 1, sequence number 0, in clear`. */
function factsText(p: Packet): string {
  const { frames } = p.space;
  const state = !p.encrypted ? 'in clear' : p.number === undefined ? 'encrypted, not opened' : 'decrypted';
  const facts = [`packet ${p.index} of session ${p.session.number}`, `sequence number ${p.sequence}`, state];
  if (p.mac !== 'none') facts.push(`MAC ${p.mac}`);
  if (frames.length > 1) facts.push(`in frames ${framesText(frames)}`);
  if (p.discarded) facts.push('ignored, as a wrong guess');
  return `${p.name === undefined ? '' : `${p.name}: `}${facts.join(', ')}`;
}

/** Frames by number; of many the first and the last. */
function framesText(frames: readonly number[]): string {
  return frames.length <= 4 ? frames.join(', ') : `${frames[0]} to ${frames.at(-1)}`;
}

/** The fields of the message, each with its bytes; what it is for when `docs`. */
function messageFields(p: Packet, docs: boolean): string[] {
  const message = p.fields.find((f) => f.kind === 'message');
  return (message?.children ?? []).filter((f) => f.name !== 'messageNumber').flatMap((f) => fieldLines(f, docs, '  '));
}

function fieldLines(f: Field, docs: boolean, indent: string): string[] {
  // Lengths and what could not be read are ours, not the message's.
  if (f.name === '(length)') return [];
  const label = f.label === undefined ? '' : ` (${f.label})`;
  const doc = docs && f.doc !== undefined ? row(f.doc, `${indent}    `) : [];
  const value = valueText(f);
  const own = row(`${f.name}${value === '' ? '' : `: ${value}`}${label} ${rangeText(f.span)}`, indent);
  return [...own, ...doc, ...f.children.flatMap((child) => fieldLines(child, docs, `${indent}  `))];
}

/** The value of a leaf; nothing for what its children tell. */
function valueText({ value, children }: Field): string {
  if (value instanceof Uint8Array) {
    if (children.length > 0) return '';
    return value.length === 0 ? '(empty)' : `${shorten(toHex(value), VALUE_SHOWN)}${value.length > 1 ? ` (${value.length} bytes)` : ''}`;
  }
  if (Array.isArray(value) && children.length === 0) return value.length === 0 ? '(empty)' : shorten(value.join(','), VALUE_SHOWN);
  if (typeof value === 'object' || value === undefined) return '';
  return value === '' ? '(empty)' : shorten(String(value), VALUE_SHOWN);
}

/** What the summary says of the session, with the exchange hashes. */
function sessionLinesOf(s: Session): string[] {
  const hashes = s.exchanges.flatMap((e) => (e.exchangeHash === undefined ? [] : [`  H of key exchange ${e.epoch}: ${hashText(e, e.exchangeHash)}`]));
  return [...sessionLines(s, PLAIN, ROW), ...hashes].map((line) => MARK + printable(line));
}

function hashText(e: Exchange, hash: Uint8Array): string {
  return `${toHex(hash)}${e.epoch === 1 ? ' (also the session identifier)' : ''}`;
}

/** What is known of a key exchange at its end, for the frame with the signature. */
function verdictLines(e: Exchange): string[] {
  const hash = e.exchangeHash === undefined ? [] : below(`H = ${hashText(e, e.exchangeHash)}`);
  return [...row(`key exchange ${e.epoch}: the host key's signature over the exchange hash H is ${e.signature.verdict}: ${e.signature.reason}`), ...hash];
}

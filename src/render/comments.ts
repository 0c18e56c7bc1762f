/** Packet comments: what sshark says about each frame, for the comments of a pcapng file that Wireshark shows. */
import { toHex } from '../bytes/hex.ts';
import { printable, shorten } from '../bytes/printable.ts';
import type { Level, Note } from '../explain/note.ts';
import { notesOf, notesOfIdentification } from '../explain/packets/index.ts';
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
const KEXINIT = 20;
/** Texts remembered for a session, so that they are told once. */
const REMEMBERED = 1024;

export interface CommentOptions {
  /** How much is explained; `deep` adds the fields. */
  readonly level: Level;
  readonly showSecrets: boolean;
}

/** What is remembered of a session that is open. */
interface Open {
  /** Truths that were told: they are told once. */
  readonly told: Set<string>;
  /** Messages from a KEXINIT on: what comes of a key exchange is known when it is over. */
  held: Packet[];
}

/**
 * Collects the comments of a capture while it is dissected: for every message on the frame that completed it, and what is
 * known of a session when it is over on its first frame. Its memory is bounded by the limits.
 */
export class CommentCollector {
  readonly comments: CommentStore;
  private readonly options: CommentOptions;
  private readonly limits: Limits;
  private readonly open = new Map<Session, Open>();

  constructor(options: CommentOptions, limits: Limits) {
    this.options = options;
    this.limits = limits;
    this.comments = new CommentStore(limits, problemLines);
  }

  identification(i: Identification): void {
    const notes = notesOfIdentification(i, this.options.level);
    this.comments.addMessage(i.frame, () => identificationLines(i, this.fresh(notes, i.session)));
  }

  packet(p: Packet): void {
    const state = this.stateOf(p.session);
    const [first] = state.held;
    const full = state.held.length >= this.limits.commentsHeld;
    if (full)
      this.comments.stop(
        p.frame,
        `${state.held.length} messages wait for the outcome of a key exchange, the limit commentsHeld: their comments do not tell it`,
      );
    if (first !== undefined && (p.epoch > first.epoch || full)) this.release(state);
    if (p.number === KEXINIT || state.held.length > 0) state.held.push(p);
    else this.write(p);
  }

  /** The session is over: all that is known of it. */
  session(s: Session): void {
    this.release(this.stateOf(s));
    for (const p of s.fragments) this.write(p);
    this.open.delete(s);
    this.comments.addSession(s.flow.firstFrame, () => sessionLinesOf(s));
  }

  private release(state: Open): void {
    const packets = state.held;
    state.held = [];
    for (const p of packets) this.write(p);
  }

  private write(p: Packet): void {
    this.comments.addMessage(p.frame, () => {
      const { level, showSecrets } = this.options;
      const shown = showSecrets ? p : redactedPacket(p);
      return [
        ...row(`${WAYS[p.side]}: ${p.summary}`),
        ...below(factsText(p)),
        ...this.fresh(notesOf(shown, level), p.session).flatMap(noteLines),
        ...(level === 'deep' ? messageFields(shown, this.isNew(`fields of ${p.name}`, p.session)) : []),
        ...p.inner.flatMap((m) => [...below(`${m.name}: ${m.summary}`), ...problemLines(m.problems)]),
        ...problemLines(p.problems),
      ];
    });
  }

  /** The notes that say something new: of general truths those that this session has not heard. */
  private fresh(notes: readonly Note[], session: Session): Note[] {
    // Problems themselves are told with their places; that a MAC is valid stands beside the message.
    const own = ({ annotator }: Note) => annotator !== 'problems' && annotator !== 'attacker';
    return notes.filter((n) => (n.ground === 'rule' ? this.isNew(n.text, session) : own(n)));
  }

  /** Remembers what was told; beyond a bound it would rather be told twice. */
  private isNew(text: string, session: Session): boolean {
    const { told } = this.stateOf(session);
    const before = told.size;
    return before >= REMEMBERED || told.add(text).size > before;
  }

  private stateOf(s: Session): Open {
    const state = this.open.get(s) ?? { told: new Set<string>(), held: [] };
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

/** A paragraph, and the lines that belong to it. */
function noteLines(n: Note): string[] {
  const sections = n.rfc.length === 0 ? '' : ` (${n.rfc.map(sectionText).join(', ')})`;
  return [...below(`${n.text}${sections}`), ...n.lines.flatMap((line) => row(line, '    '))];
}

function identificationLines(i: Identification, notes: readonly Note[]): string[] {
  const side = sideOf(i);
  const lines = i.preamble.slice(0, PREAMBLE_SHOWN).flatMap((line) => below(`before it: ${shorten(line, VALUE_SHOWN)}`));
  const more = i.preamble.length > PREAMBLE_SHOWN ? below(`and ${count(i.preamble.length - PREAMBLE_SHOWN, 'more line')} before it`) : [];
  const text = JSON.stringify(shorten(i.text, 255));
  return [...row(`${WAYS[side]}: identification string ${text}`), ...notes.flatMap(noteLines), ...lines, ...more, ...problemLines(i.problems)];
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

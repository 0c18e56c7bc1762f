/** Messages for the page: what stands in them, byte by byte. */
import { toBase64 } from '../../bytes/base64.ts';
import { printable, shorten } from '../../bytes/printable.ts';
import type { Timestamp } from '../../capture/frame.ts';
import type { Note, Reference } from '../../explain/note.ts';
import type { Identification, InnerMessage, Packet } from '../../ssh/model.ts';
import type { Field } from '../../wire/field.ts';
import type { Problem } from '../../wire/problem.ts';
import { problemText, sectionText, sideOf } from '../text.ts';
import { elapsed } from '../time.ts';
import { valueText } from '../tree.ts';
import { DUMP, DUMP_LATER, DUMPS, FIELDS, FRAMES, NAME, ROWS, SENTENCE, VALUE } from './bounds.ts';
import type { BytesData, Fact, FieldData, InnerData, MessageData, NoteData, PhaseName, ProblemData, Target } from './data.ts';

/** Makes messages for the page, and counts what they take. */
export class MessageWriter {
  /** What fields are for and what notes say, each once. */
  readonly texts: string[] = [];
  private readonly most: number;
  private readonly numbers = new Map<string, number>();
  private dumped = 0;
  private fieldsLeft = 0;

  /** `most` bytes of each message, while there is room. */
  constructor(most = DUMP) {
    this.most = most;
  }

  identification(i: Identification): MessageData {
    const side = sideOf(i);
    const end = i.space.bytes.length - { CRLF: 2, LF: 1, none: 0 }[i.lineEnd];
    const start = Math.max(0, end - i.bytes.length);
    const part = (name: string, value: string, span: readonly [number, number], doc: string): FieldData => this.leaf(name, value, span, doc);
    const fields = [
      ...(start > 0 ? [part('preamble', `${i.preamble.length} lines`, [0, start], 'Lines before it, which a client passes by (RFC 4253 section 4.2).')] : []),
      {
        ...part('identification', shorten(i.text, VALUE), [start, end], 'Goes into the exchange hash as it is, without its line end.'),
        ...this.parts(i, start),
      },
      part('line end', i.lineEnd, [end, i.space.bytes.length], 'CR LF; not part of what is hashed.'),
    ];
    return {
      id: `${side}-identification`,
      side,
      time: elapsed(i.session.flow.start, i.time),
      frames: i.space.frames.slice(0, FRAMES),
      phase: 'identification',
      encrypted: false,
      name: 'identification string',
      summary: shorten(i.text, SENTENCE),
      facts: [
        ['protocol', shorten(i.protocolVersion, NAME)],
        ['software', shorten(i.softwareVersion, NAME)],
        ...fact('comments', shorten(i.comments ?? '', NAME)),
      ],
      bytes: this.dump(i.space.bytes),
      fields,
      inner: [],
      notes: [],
      problems: i.problems.slice(0, ROWS).map(problemData),
    };
  }

  private parts(i: Identification, start: number): { children: FieldData[] } {
    const protocol = start + 'SSH-'.length;
    const software = protocol + i.protocolVersion.length + 1;
    const comments = software + i.softwareVersion.length;
    const children = [
      this.leaf('protocolVersion', shorten(i.protocolVersion, VALUE), [protocol, software - 1], '2.0 is SSH 2; 1.99 is a server that speaks SSH 1 as well.'),
      this.leaf('softwareVersion', shorten(i.softwareVersion, VALUE), [software, comments], 'The program, and often enough its exact version.'),
      ...(i.comments === undefined
        ? []
        : [
            this.leaf(
              'comments',
              shorten(i.comments, VALUE),
              [comments + 1, comments + 1 + i.comments.length],
              'Free text; distributions put their own version here.',
            ),
          ]),
    ];
    return { children: i.protocolVersion === '' ? [] : children };
  }

  packet(p: Packet, start: Timestamp): MessageData {
    this.fieldsLeft = FIELDS;
    const opened = p.plain !== p.space;
    return {
      id: `packet-${p.index}`,
      side: p.side,
      time: elapsed(start, p.time),
      frames: p.space.frames.slice(0, FRAMES),
      phase: phaseOf(p.number),
      encrypted: p.encrypted,
      name: shorten(p.name ?? (p.encrypted ? 'encrypted packet' : 'packet'), NAME),
      summary: shorten(p.summary, SENTENCE),
      facts: factsOf(p),
      bytes: this.dump(p.plain.bytes),
      ...(opened ? { wire: this.dump(p.space.bytes) } : {}),
      fields: p.fields.map((f) => this.field(f)),
      ...(p.inflated === undefined ? {} : { inflated: this.dump(p.inflated.bytes) }),
      inner: p.inner.slice(0, ROWS).map((m) => this.inner(m)),
      notes: [],
      problems: p.problems.slice(0, ROWS).map(problemData),
      ...(p.answers === undefined ? {} : { answers: `packet-${p.answers}` }),
    };
  }

  /** Notes, their texts made printable. */
  notes(notes: readonly Note[]): NoteData[] {
    return notes.slice(0, ROWS).map((n) => ({
      level: n.level,
      ground: n.ground,
      text: this.numberOf(shorten(n.text, 4 * SENTENCE)),
      lines: n.lines.slice(0, ROWS).map((line) => shorten(line, SENTENCE)),
      at: n.at.slice(0, ROWS).map(targetOf),
      rfc: n.rfc.map(sectionText),
    }));
  }

  private inner(m: InnerMessage): InnerData {
    return {
      protocol: printable(m.protocol),
      name: shorten(m.name, NAME),
      summary: shorten(m.summary, SENTENCE),
      fields: m.fields.map((f) => this.field(f)),
      bytes: this.dump(m.space.bytes),
    };
  }

  private field(f: Field): FieldData {
    this.fieldsLeft--;
    const label = f.label === undefined ? '' : ` (${shorten(f.label, NAME)})`;
    const value = f.value === '' ? '(empty)' : shorten(valueText(f, VALUE), VALUE + NAME);
    const node = this.leaf(shorten(f.name, NAME), value + label, [f.span.start, f.span.end], f.doc);
    if (f.children.length === 0) return node;
    const children: FieldData[] = [];
    for (const child of f.children) {
      if (this.fieldsLeft <= 0) {
        const rest = [child.span.start, f.children.at(-1)?.span.end ?? child.span.end] as const;
        children.push(this.leaf('(more)', 'fields that are not in this page', rest, undefined));
        break;
      }
      children.push(this.field(child));
    }
    return { ...node, ...(f.within === undefined ? {} : { inflated: true }), children };
  }

  private leaf(name: string, value: string, span: readonly [number, number], doc: string | undefined): FieldData {
    return { name, value, span, ...(doc === undefined ? {} : { doc: this.numberOf(shorten(doc, SENTENCE)) }) };
  }

  private numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  private dump(bytes: Uint8Array): BytesData {
    const some = bytes.subarray(0, this.dumped < DUMPS ? this.most : Math.min(this.most, DUMP_LATER));
    this.dumped += some.length;
    return { data: toBase64(some), length: bytes.length };
  }
}

function factsOf(p: Packet): Fact[] {
  const mac = p.mac === 'none' ? [] : fact('MAC', p.mac);
  return [
    ['sequence', String(p.sequence)],
    ['key epoch', p.epoch === 0 ? '0, in clear' : String(p.epoch)],
    ...mac,
    ['length', `${p.length} bytes`],
    ...(p.padding === undefined ? [] : fact('padding', `${p.padding} bytes`)),
    ...(p.discarded ? fact('guess', 'wrong, so the other side ignores it') : []),
  ];
}

function fact(label: string, text: string): Fact[] {
  return text === '' ? [] : [[label, text]];
}

function targetOf({ packet, side, field }: Reference): Target {
  return { message: packet === undefined ? `${side}-identification` : `packet-${packet}`, ...(field === undefined ? {} : { field: printable(field) }) };
}

/** By the ranges of RFC 4250 section 4.1.1. */
function phaseOf(number: number | undefined): PhaseName {
  if (number === undefined) return 'sealed';
  if (number === 20) return 'negotiation';
  if (number === 21 || (number >= 30 && number < 50)) return 'exchange';
  if (number < 20) return 'service';
  return number < 80 ? 'login' : 'connection';
}

/** A problem, with its place in words. */
export function problemData(p: Problem): ProblemData {
  return { code: p.code, severity: p.severity, text: shorten(problemText(p), SENTENCE) };
}

/** The glossary as text: one algorithm, one message, or all algorithms. */
import { printable } from '../../bytes/printable.ts';
import { grouped } from '../../bytes/words.ts';
import { GLOSSARY, type MessageTerm, messagesNamed, type Term, type TermKind, termsNamed } from '../../explain/glossary.ts';
import { sectionText, wrap } from '../text.ts';

const WIDTH = 80;
const INDENT = 2;

/** What is known of the algorithm `name`; '' when there is none. */
export function algorithmText(name: string): string {
  return termsNamed(name)
    .map((term) => `${termLines(term, name).join('\n')}\n`)
    .join('\n');
}

function termLines(term: Term, asked: string): string[] {
  const since = term.since === undefined ? [] : [`First in: ${term.since}`];
  const facts = term.facts.length === 0 ? [] : [`Facts: ${term.facts.join('; ')}`];
  const name = term.name.endsWith('*') ? printable(asked) : term.name;
  return [
    `${name}: ${term.kind}`,
    '',
    ...paragraph(term.note),
    '',
    ...[...facts, `Defined in: ${sectionText(term.rfc)}`, `Standing: ${STANDINGS[term.standing]}`, ...since].flatMap(paragraph),
  ];
}

const STANDINGS: Readonly<Record<Term['standing'], string>> = {
  recommended: 'recommended: a good choice today',
  acceptable: 'acceptable: no practical attack, but better exists',
  weak: 'weak: off by default in current software, or below the strength asked for today',
  broken: 'broken: no protection against an attacker who tries',
  unknown: 'unknown: too little used or reviewed to judge',
};

/** What is known of the message `name` (or number); '' when there is none. */
export function messageText(name: string): string {
  return messagesNamed(name)
    .map((term) => `${messageLines(term).join('\n')}\n`)
    .join('\n');
}

function messageLines({ def, context, purpose, fields }: MessageTerm): string[] {
  const from = def.from === undefined ? 'either side' : `the ${def.from}`;
  const width = Math.max(0, ...fields.map((f) => f.name.length));
  const rows = fields.flatMap(({ name, kind, doc = '' }) => {
    const head = `${' '.repeat(INDENT)}${name.padEnd(width)}  ${kind.padEnd(9)}`;
    const room = WIDTH - head.length - 2;
    if (room < 30) return [head.trimEnd(), ...wrap(doc, WIDTH - 6).map((line) => `      ${line}`)];
    return wrap(doc, room).map((line, i) => `${i === 0 ? head : ' '.repeat(head.length)}  ${line}`.trimEnd());
  });
  return [
    `${def.name}: message ${def.number}`,
    '',
    ...paragraph(def.note),
    ...(purpose === undefined ? [] : paragraph(purpose[0])),
    '',
    ...paragraph(`Sent by: ${from}`),
    ...paragraph(`The number means this: ${context}`),
    ...paragraph(`Defined in: ${sectionText(def.rfc)}`),
    '',
    ...(rows.length === 0 ? paragraph('It has no fields.') : [...paragraph('Fields, with their types (RFC 4251 section 5):'), ...rows]),
  ];
}

/** All algorithms, kind by kind, one line for the name and the standing and the note below it. */
export function glossaryText(): string {
  const kinds = [...new Set(GLOSSARY.map((t) => t.kind))];
  const parts = kinds.map((kind) => [`${kind.toUpperCase()} (${grouped(termsOf(kind).length)})`, '', ...termsOf(kind).flatMap(shortLines)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function termsOf(kind: TermKind): readonly Term[] {
  return GLOSSARY.filter((t) => t.kind === kind);
}

function shortLines(t: Term): string[] {
  const since = t.since === undefined ? '' : `; ${t.since}`;
  return [`${t.name} (${t.standing}; ${sectionText(t.rfc)}${since})`, ...wrap(t.note, WIDTH - 4).map((line) => `    ${line}`)];
}

function paragraph(text: string): string[] {
  return wrap(text, WIDTH - INDENT).map((line) => ' '.repeat(INDENT) + line);
}

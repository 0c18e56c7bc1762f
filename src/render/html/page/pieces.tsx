/** Small pieces: facts, problems, notes, the lock. */
import type { ComponentChildren } from 'preact';
import type { Fact, NoteData, ProblemData, SessionData, Target } from '../data.ts';
import { linkTo } from './route.ts';
import type { Shared } from './shared.ts';

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([label, text], i) => (
        <div key={`${label}${i}`}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Problems({ problems }: { problems: readonly ProblemData[] }) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems">
      {problems.map((p, i) => (
        <li key={i} class={p.severity}>
          <b>{p.severity}</b> {p.text}
        </li>
      ))}
    </ul>
  );
}

/** A part of a session's page under its title. */
export function Section({ id, title, lead, children }: { id: string; title: string; lead?: string; children: ComponentChildren }) {
  return (
    <section class="part" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {lead !== undefined && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}

/** What is meant by the grounds of a note that are not plain reading. */
const GROUNDS: Readonly<Record<NoteData['ground'], string>> = { read: '', rule: '', computed: 'computed', inferred: 'a guess from sizes and times' };

interface NotesProps {
  readonly notes: readonly NoteData[];
  readonly session: SessionData;
  readonly shared: Shared;
  /** The message beside which they stand: a link to it says nothing. */
  readonly beside?: string;
}

export function Notes({ notes, session, shared, beside }: NotesProps) {
  return (
    <div class="notes">
      {notes.map((note, i) => (
        <div key={i} class={`note ${note.level}`}>
          <p>{shared.data.texts[note.text]}</p>
          {note.lines.length > 0 && <pre>{note.lines.join('\n')}</pre>}
          <p class="sources">
            {GROUNDS[note.ground] !== '' && <em class={note.ground}>{GROUNDS[note.ground]}</em>}
            {unique(
              note.at.filter((target) => isIn(session, target.message)),
              beside,
            ).map((target) => (
              <a key={`${target.message}/${target.field ?? ''}`} href={linkTo(session.number, target)}>
                {placeOf(target)}
              </a>
            ))}
            {note.rfc.map((rfc) => (
              <cite key={rfc}>{rfc}</cite>
            ))}
          </p>
        </div>
      ))}
    </div>
  );
}

const ids = new WeakMap<SessionData, ReadonlySet<string>>();

/** True when the page holds the message `id`. */
export function isIn(session: SessionData, id: string): boolean {
  const known = ids.get(session) ?? new Set(session.messages.map((m) => m.id));
  ids.set(session, known);
  return known.has(id);
}

function unique(targets: readonly Target[], beside: string | undefined): Target[] {
  return [...new Map(targets.filter((t) => t.message !== beside || t.field !== undefined).map((t) => [`${t.message}/${t.field ?? ''}`, t])).values()];
}

/** `packet 12, cookie`. */
export function placeOf({ message, field }: Target): string {
  const name = field?.split('/').at(-1);
  const where = message.replace('-', ' ').replace(/^(client|server) /, (_, side) => `the ${side}’s `);
  return name === undefined || name.startsWith('SSH_MSG') ? where : `${where}, ${name}`;
}

export function Lock() {
  return (
    <svg class="lock" viewBox="0 0 12 14" width="10" height="12" role="img" aria-label="encrypted">
      <path d="M3 6V4a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <rect x="1.2" y="6" width="9.6" height="7" rx="1.4" fill="currentColor" />
    </svg>
  );
}

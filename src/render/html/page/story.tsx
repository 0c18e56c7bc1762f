/** The session told in order. */
import type { SessionData } from '../data.ts';
import { Notes, Section } from './pieces.tsx';
import type { Shared } from './shared.ts';
import { notesFor } from './words.ts';

export function Story({ session, shared }: { session: SessionData; shared: Shared }) {
  const chapters = session.chapters.map((c) => ({ ...c, notes: notesFor(c.notes, shared.level) })).filter((c) => c.notes.length > 0);
  return (
    <Section id="story" title="What happened, and why" lead="Each paragraph leads to the bytes it is about.">
      {chapters.map((chapter) => (
        <section key={chapter.id} class="chapter" aria-label={chapter.title}>
          <h3>{chapter.title}</h3>
          <Notes notes={chapter.notes} session={session} shared={shared} />
        </section>
      ))}
    </Section>
  );
}

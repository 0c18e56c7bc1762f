/** The stories as records for machines. */
import type { Chapter, Note } from '../../explain/note.ts';
import { StoryCollector } from '../../explain/story/index.ts';
import type { Session } from '../../ssh/model.ts';
import type { JsonRecord } from '../json.ts';
import { textOfRecord } from '../json.ts';
import type { Renderer, RenderOptions } from '../renderer.ts';

/** All records in one array. */
export function explainJsonRenderer(options: RenderOptions): Renderer {
  const collector = new StoryCollector(options.limits);
  let before = '[\n';
  return {
    packet: (p) => {
      collector.packet(p);
      return '';
    },
    session: (s) => {
      const out = before + textOfRecord(recordOfStory(s, collector.tell(s, options.level, options), options));
      before = ',\n';
      return out;
    },
    end: () => (before === ',\n' ? '\n]\n' : '[]\n'),
  };
}

/** The record of one story. */
export function recordOfStory(session: Session, chapters: readonly Chapter[], { level }: Pick<RenderOptions, 'level'>): JsonRecord {
  return {
    record: 'explanation',
    session: session.number,
    level,
    chapters: chapters.map(({ id, title, notes }) => ({ id, title, notes: notes.map(recordOfNote) })),
  };
}

/** One paragraph. */
export function recordOfNote(note: Note): JsonRecord {
  return {
    annotator: note.annotator,
    level: note.level,
    ground: note.ground,
    text: note.text,
    lines: [...note.lines],
    at: note.at.map((r) => ({ packet: r.packet ?? null, side: r.side, frames: [...r.frames], start: r.span.start, end: r.span.end, field: r.field ?? null })),
    rfc: [...note.rfc],
  };
}

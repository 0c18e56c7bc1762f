/** The story of a session as Markdown. */
import { printable, shorten } from '../../bytes/printable.ts';
import type { Chapter, Note } from '../../explain/note.ts';
import { StoryCollector } from '../../explain/story/index.ts';
import type { Session } from '../../ssh/model.ts';
import type { Renderer, RenderOptions } from '../renderer.ts';
import { count, endpointText, sectionText } from '../text.ts';
import { placesText } from './sources.ts';

/** Each session under a heading, at its end. */
export function explainMarkdownRenderer(options: RenderOptions): Renderer {
  const collector = new StoryCollector(options.limits);
  return {
    packet: (p) => {
      collector.packet(p);
      return '';
    },
    session: (s) => `${storyMarkdown(s, collector.tell(s, options.level, options))}\n`,
    capture: (c) => (c.sessions === 0 ? `${escaped(shorten(c.file, 200))}: no SSH session in ${count(c.frames, 'frame')}.\n` : ''),
  };
}

/** One story, its chapters under headings of the second level. */
function storyMarkdown(s: Session, chapters: readonly Chapter[]): string {
  const title = `# Session ${s.number}: ${escaped(endpointText(s.client))} to ${escaped(endpointText(s.server))}`;
  const parts = chapters.map((chapter, i) => chapterMarkdown(chapter, `${i + 1}. ${escaped(chapter.title)}`));
  return `${[title, ...parts].join('\n\n')}\n`;
}

/** One chapter under a heading of the second level, which is Markdown; no line end behind it. */
export function chapterMarkdown({ notes }: Chapter, heading: string): string {
  return [`## ${heading}`, ...notes.map(noteMarkdown)].join('\n\n');
}

function noteMarkdown(note: Note): string {
  const text = `${escaped(note.text)} ${sourceMarkdown(note)}`;
  if (note.lines.length === 0) return text;
  // A fence is longer than any run of backticks inside it.
  const body = note.lines.map(printable).join('\n');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((m) => m[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${text}\n\n${fence}text\n${body}\n${fence}`;
}

function sourceMarkdown(note: Note): string {
  const places = placesText(note);
  const parts = [...(places === '' ? [] : [places]), ...note.rfc.map(sectionMarkdown)];
  return `<sub>${note.ground}: ${parts.join('; ')}</sub>`;
}

/** A section of an RFC as a link to it; other documents by their names. */
function sectionMarkdown(rfc: string): string {
  const [, document, section] = /^(\d+)(?:#([\d.]+))?$/.exec(rfc) ?? [];
  const title = escaped(sectionText(rfc));
  if (document === undefined) return title;
  return `[${title}](https://www.rfc-editor.org/rfc/rfc${document}${section === undefined ? '' : `#section-${section}`})`;
}

/** `text` as Markdown that shows it as it is: no markup, no HTML, no links. */
export function escaped(text: string): string {
  return (
    printable(text)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*{}[\]#|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
      // What would begin a list.
      .replace(/^(\s*)([-+])(?=\s)/, '$1\\$2')
      .replace(/^(\s*\d+)([.)])(?=\s)/, '$1\\$2')
      // What some readers make links of.
      .replace(/(?<=https?):|(?<=www)\.|@/g, (c) => `&#${c.charCodeAt(0)};`)
  );
}

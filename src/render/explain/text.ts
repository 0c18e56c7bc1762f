/** The story of a session for a terminal: headings, wrapped paragraphs, and where each has its knowledge from. */
import { printable } from '../../bytes/printable.ts';
import type { Chapter, Level, Note } from '../../explain/note.ts';
import { StoryCollector } from '../../explain/story/index.ts';
import type { Session } from '../../ssh/model.ts';
import { type Palette, palette } from '../color.ts';
import { captureEnding } from '../ending.ts';
import type { Renderer, RenderOptions } from '../renderer.ts';
import { clip, endpointText, wrap } from '../text.ts';
import { sourceText } from './sources.ts';

const DEFAULT_WIDTH = 80;
/** Longer lines are hard to read, however wide the terminal is. */
const MOST_WIDE = 100;
const INDENT = 2;

/** Each session as a story, at its end. */
export function explainTextRenderer(options: RenderOptions): Renderer {
  const collector = new StoryCollector(options.limits);
  const colors = palette(options.color);
  const width = Math.min(Math.max(options.width ?? DEFAULT_WIDTH, 40), MOST_WIDE);
  return {
    packet: (p) => {
      collector.packet(p);
      return '';
    },
    session: (s) => `${storyLines(s, collector.tell(s, options.level, options), options, colors, width).join('\n')}\n\n`,
    capture: (c) => captureEnding(c, colors),
  };
}

function storyLines(s: Session, chapters: readonly Chapter[], { level }: RenderOptions, colors: Palette, width: number): string[] {
  const title = `Session ${s.number}: ${endpointText(s.client)} to ${endpointText(s.server)}`;
  const lines = [colors.strong(title)];
  const between = level === 'brief' ? [] : [''];
  for (const [i, chapter] of chapters.entries()) {
    lines.push('', colors.strong(printable(`${i + 1}. ${chapter.title}`)));
    for (const note of chapter.notes) lines.push(...between, ...noteLines(note, level, colors, width));
  }
  return lines;
}

/** A paragraph, what stands below it, and, but for the brief form, where it is known from. */
function noteLines(note: Note, level: Level, colors: Palette, width: number): string[] {
  const indent = ' '.repeat(INDENT);
  const fixed = note.lines.map((line) => `${indent}  ${clip(printable(line), Math.max(width - INDENT - 2, 76))}`);
  const text = wrap(printable(note.text), width - INDENT).map((line) => indent + line);
  if (level === 'brief') return [...text, ...fixed];
  const source = wrap(sourceText(note), width - INDENT - 2).map((line) => colors.faint(`${indent}  ${line}`));
  return [...text, ...fixed, ...source];
}

/** What stands below the packets of a session and of a capture: how it ended, and what is wrong. */
import { printable } from '../bytes/printable.ts';
import type { CaptureTotals, Session } from '../ssh/model.ts';
import { type Palette, paintOf } from './color.ts';
import { count, problemText } from './text.ts';

/** How a session ended, and its problems: also those that belong to no packet. */
export function sessionEnding(s: Session, colors: Palette): string {
  const problems = s.problems.map((p) => `  ${paintOf(colors, p.severity)(`! ${problemText(p)}`)}\n`).join('');
  const told = s.problems.length === 0 ? '' : `; ${count(s.problems.length, 'problem')}:`;
  return `${colors.faint(`Session ${s.number} ended: ${printable(s.ending)}${told}`)}\n${problems}`;
}

/** What is wrong with the capture itself; nothing when nothing is. */
export function captureEnding(c: CaptureTotals, colors: Palette): string {
  const none = c.sessions === 0 ? `No SSH session in ${count(c.frames, 'frame')} and ${count(c.streams, 'TCP stream')}.\n` : '';
  return none + captureProblems(c, colors);
}

/** The problems of the capture, one a line. */
export function captureProblems(c: CaptureTotals, colors: Palette): string {
  return c.problems.map((p) => `${paintOf(colors, p.severity)(`! capture: ${problemText(p)}`)}\n`).join('');
}

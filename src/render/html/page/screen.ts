/** What a channel showed after some of its events. */
import { fromBase64 } from '../../../bytes/base64.ts';
import { printable } from '../../../bytes/printable.ts';
import { textOf } from '../../../bytes/text.ts';
import { Screen } from '../../terminal/screen.ts';
import type { ChannelData, EventData } from '../data.ts';

/** Text in one look: the name of a class. */
export interface Run {
  readonly text: string;
  readonly look: string;
}

/** Lines of runs. */
export type Picture = readonly (readonly Run[])[];

/** Takes events one after the other. */
interface View {
  take(event: EventData): void;
  picture(): Picture;
}

/** Lines that are kept above the screen, or of what is only text. */
const LINES = 2000;

/** Plays a channel forwards; to go back it begins again. */
export class Replayer {
  private readonly channel: ChannelData;
  private view: View;
  private taken = 0;

  constructor(channel: ChannelData) {
    this.channel = channel;
    this.view = viewOf(channel);
  }

  /** What was to be seen after the first `count` events. */
  at(count: number): Picture {
    if (count < this.taken) {
      this.view = viewOf(this.channel);
      this.taken = 0;
    }
    for (const event of this.channel.events.slice(this.taken, count)) this.view.take(event);
    this.taken = count;
    return this.view.picture();
  }
}

function viewOf(channel: ChannelData): View {
  return channel.terminal === undefined ? new TextView() : new TerminalView(channel);
}

/** The screen of the person at the client, and the lines that have left it. */
class TerminalView implements View {
  private readonly screen: Screen;
  private readonly above: string[] = [];

  constructor({ terminal, events }: ChannelData) {
    const [columns, rows] = events.find((e) => e.size !== undefined)?.size ?? [terminal?.columns ?? 0, terminal?.rows ?? 0];
    this.screen = new Screen(columns, rows);
  }

  take({ side, size, data }: EventData): void {
    if (size !== undefined) this.screen.resize(...size);
    if (data === undefined || side === 'client') return;
    this.above.push(...this.screen.take(fromBase64(data)));
    this.above.splice(0, this.above.length - LINES);
  }

  picture(): Picture {
    const { row, column } = this.screen.cursor;
    const line = (text: string) => (text === '' ? [] : [{ text: printable(text), look: 'from-server' }]);
    const rows = this.screen.picture().map((text, i) => (i === row ? cursorLine(text, column) : line(text)));
    return [...this.above.map(line), ...rows];
  }
}

/** The row with the cursor in it. Columns are counted as characters: wide ones put it a little too far to the right. */
function cursorLine(text: string, column: number): Run[] {
  const characters = Array.from(text.padEnd(column + 1));
  const parts = [characters.slice(0, column), characters.slice(column, column + 1), characters.slice(column + 1)];
  const looks = ['from-server', 'cursor', 'from-server'];
  return parts.map((part, i) => ({ text: printable(part.join('')), look: looks[i] ?? '' })).filter((run) => run.text !== '');
}

/** What both sides sent, as text, each in its look. */
class TextView implements View {
  private readonly lines: Run[][] = [[]];

  take({ side, data, error }: EventData): void {
    if (data === undefined) return;
    const look = error === true ? 'from-error' : `from-${side}`;
    const [first = '', ...rest] = textOf(fromBase64(data)).split(/\r?\n/);
    this.put(first, look);
    for (const text of rest) {
      this.lines.push([]);
      this.put(text, look);
    }
    this.lines.splice(0, this.lines.length - LINES);
  }

  picture(): Picture {
    return this.lines.slice();
  }

  private put(text: string, look: string): void {
    if (text !== '') this.lines.at(-1)?.push({ text: printable(text), look });
  }
}

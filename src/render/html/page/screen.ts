/** What a channel showed after some of its events. */
import { fromBase64 } from '../../../bytes/base64.ts';
import { printable } from '../../../bytes/printable.ts';
import { textOf } from '../../../bytes/text.ts';
import type { ChannelData } from '../data.ts';

/** Text in one look: the name of a class. */
export interface Run {
  readonly text: string;
  readonly look: string;
}

/** Lines of runs. */
export type Screen = readonly (readonly Run[])[];

/** Lines kept of what is only text. */
const LINES = 2000;

/** What is to be seen of `channel` after its first `count` events. */
export function screenAt(channel: ChannelData, count: number): Screen {
  const lines: Run[][] = [[]];
  for (const event of channel.events.slice(0, count)) {
    if (event.data === undefined) continue;
    const look = event.error === true ? 'from-error' : `from-${event.side}`;
    const [first = '', ...rest] = textOf(fromBase64(event.data)).split(/\r?\n/);
    put(lines.at(-1), first, look);
    for (const text of rest) {
      lines.push([]);
      put(lines.at(-1), text, look);
    }
  }
  return lines.slice(-LINES);
}

function put(line: Run[] | undefined, text: string, look: string): void {
  if (text !== '') line?.push({ text: printable(text), look });
}

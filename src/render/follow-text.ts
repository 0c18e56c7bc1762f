/** The text of channels: of a terminal what a person saw, of others what each side sent. */
import { printable } from '../bytes/printable.ts';
import { textOf } from '../bytes/text.ts';
import type { Channel, Packet, Session } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import { captureEnding } from './ending.ts';
import { type ChannelData, channelEnding, channelHeading, channelName, closedBy, dataOf, nothingToFollow, onTerminal, type Size, sizeIn } from './follow.ts';
import { LineReader } from './lines.ts';
import type { Renderer, RenderOptions, Stream } from './renderer.ts';
import { Screen } from './terminal/screen.ts';

/** Lines of each channel below its heading, as they come; the heading is said again when another channel spoke in between. */
export function followTextRenderer(options: RenderOptions): Renderer {
  const follow = new FollowText(options);
  return {
    packet: (p) => follow.packet(p),
    session: (s) => follow.session(s),
    capture: (c) => captureEnding(c, follow.colors),
  };
}

/** Turns the data of one channel into lines. */
interface View {
  take(data: ChannelData, packet: Packet): string[];
  /** What has not been said; the channel is over. */
  finish(): string[];
}

/** Characters of channels that wait while another one speaks; beyond that they interrupt it. */
const MOST_WAITING = 1024 * 1024;

class FollowText {
  readonly colors: Palette;
  private readonly options: RenderOptions;
  private readonly views = new Map<Channel, { readonly session: Session; readonly view: View }>();
  /** Of terminals of which nothing was printed yet. */
  private readonly sizes = new Map<Channel, Size>();
  /** Sessions of which something was printed. */
  private readonly begun = new Set<Session>();
  /** The channel that is being printed. Others wait for its end, so that what belongs together stands together. */
  private speaker: Channel | undefined;
  private readonly waiting = new Map<Channel, Waiting>();
  private waitingLength = 0;
  /** Channels whose heading was printed in full. */
  private readonly introduced = new Set<Channel>();

  constructor(options: RenderOptions) {
    this.options = options;
    this.colors = palette(options.color);
  }

  packet(p: Packet): string {
    const size = p.channel === undefined ? undefined : sizeIn(p);
    if (size !== undefined && p.channel !== undefined) this.resize(p.channel, size);
    const data = dataOf(p, this.options);
    if (data !== undefined && data.bytes.length > 0) return this.say(p.session, data.channel, this.viewOf(p.session, data.channel).take(data, p));
    const closed = closedBy(p);
    return closed === undefined ? '' : this.finish(p.session, closed);
  }

  session(s: Session): string {
    let rest = '';
    for (const [c, { session }] of this.views) if (session === s) rest += this.finish(s, c);
    for (const c of s.channels) {
      this.introduced.delete(c);
      this.sizes.delete(c);
    }
    return rest + (this.begun.delete(s) ? '' : nothingToFollow(s, this.options));
  }

  private viewOf(session: Session, c: Channel): View {
    const known = this.views.get(c);
    if (known !== undefined) return known.view;
    const view = viewOf(c, this.sizes.get(c), this.colors, this.options.color);
    this.views.set(c, { session, view });
    this.sizes.delete(c);
    return view;
  }

  private resize(c: Channel, size: Size): void {
    const view = this.views.get(c)?.view;
    if (view === undefined) this.sizes.set(c, size);
    else if (view instanceof TerminalView) view.resize(size);
  }

  private say(session: Session, channel: Channel, lines: readonly string[]): string {
    this.begun.add(session);
    if (lines.length === 0) return '';
    if (this.speaker === undefined || this.speaker === channel) return this.print(session, channel, lines);
    const waiting = this.waiting.get(channel) ?? { session, lines: [], ended: false };
    this.waiting.set(channel, waiting);
    for (const line of lines) {
      waiting.lines.push(line);
      this.waitingLength += line.length + 1;
    }
    return this.waitingLength > MOST_WAITING ? this.release(true) : '';
  }

  private print(s: Session, c: Channel, lines: readonly string[]): string {
    const heading = this.speaker === c ? '' : `${this.colors.strong(this.introduced.has(c) ? channelName(s, c) : channelHeading(s, c))}\n`;
    this.introduced.add(c);
    this.speaker = c;
    return `${heading}${lines.join('\n')}\n`;
  }

  /** Channels that waited speak: with `all` each of them, else up to the first that has not ended, which goes on speaking. */
  private release(all: boolean): string {
    let out = '';
    for (const [channel, { session, lines, ended }] of this.waiting) {
      this.waiting.delete(channel);
      for (const line of lines) this.waitingLength -= line.length + 1;
      out += this.print(session, channel, lines);
      if (ended) this.speaker = undefined;
      else if (!all) return out;
    }
    return out;
  }

  private finish(s: Session, c: Channel): string {
    const view = this.views.get(c)?.view;
    if (view === undefined) return '';
    this.views.delete(c);
    const out = this.say(s, c, [...view.finish(), this.colors.faint(channelEnding(c))]);
    const waiting = this.waiting.get(c);
    if (waiting !== undefined) waiting.ended = true;
    if (this.speaker !== c) return out;
    this.speaker = undefined;
    return out + this.release(false);
  }
}

/** Lines of a channel that waits for another one to end. */
interface Waiting {
  readonly session: Session;
  readonly lines: string[];
  ended: boolean;
}

function viewOf(c: Channel, size: Size | undefined, colors: Palette, coloured: boolean): View {
  if (FRAMED.has(c.content?.protocol ?? '')) return new MessageView(colors, coloured);
  return c.terminal !== undefined && onTerminal(c) ? new TerminalView(size ?? c.terminal) : new StreamView(colors, coloured);
}

/** What a person saw on a terminal. What was typed shows where the other side echoed it. */
class TerminalView implements View {
  private readonly screen: Screen;

  constructor({ columns, rows }: Size) {
    this.screen = new Screen(columns, rows);
  }

  resize({ columns, rows }: Size): void {
    this.screen.resize(columns, rows);
  }

  take({ stream, bytes }: ChannelData): string[] {
    return stream === 'client' ? [] : this.screen.take(bytes).map(printable);
  }

  finish(): string[] {
    return this.screen.finish().map(printable);
  }
}

const PREFIXES: Readonly<Record<Stream, string>> = { client: 'C> ', server: 'S> ', stderr: 'E> ' };

/** One line of a stream: in its colour, or where there are none behind a prefix. */
function lineOf(stream: Stream, text: string, colors: Palette, coloured: boolean): string {
  const safe = printable(text);
  if (!coloured) return PREFIXES[stream] + safe;
  return (stream === 'stderr' ? colors.error : colors[stream])(safe);
}

/** Protocols whose bytes are no text: their messages are told; those of SSH in the session that it is. */
const FRAMED = new Set(['sftp', 'agent', 'ssh']);

/** The messages of a protocol, a line each. */
class MessageView implements View {
  private readonly colors: Palette;
  private readonly coloured: boolean;

  constructor(colors: Palette, coloured: boolean) {
    this.colors = colors;
    this.coloured = coloured;
  }

  take({ stream, bytes }: ChannelData, packet: Packet): string[] {
    if (stream === 'stderr')
      return textOf(bytes)
        .trimEnd()
        .split('\n')
        .map((line) => this.line(stream, line));
    return packet.inner.map((m) => this.line(stream, m.summary));
  }

  finish(): string[] {
    return [];
  }

  private line(stream: Stream, text: string): string {
    return lineOf(stream, text, this.colors, this.coloured);
  }
}

/** What both sides sent, line by line. */
class StreamView implements View {
  private readonly readers: Record<Stream, LineReader | undefined> = { client: undefined, server: undefined, stderr: undefined };
  private readonly colors: Palette;
  private readonly coloured: boolean;
  private last: Stream = 'client';

  constructor(colors: Palette, coloured: boolean) {
    this.colors = colors;
    this.coloured = coloured;
  }

  take({ stream, bytes }: ChannelData): string[] {
    // A question without a line end stands in front of its answer.
    const before = this.last === stream ? [] : this.rest(this.last, false);
    this.last = stream;
    this.readers[stream] ??= new LineReader();
    return [...before, ...this.readers[stream].take(bytes).map((line) => this.line(stream, line))];
  }

  finish(): string[] {
    return [...this.rest('client', true), ...this.rest('server', true), ...this.rest('stderr', true)];
  }

  private rest(stream: Stream, sure: boolean): string[] {
    const line = this.readers[stream]?.rest(sure);
    return line === undefined ? [] : [this.line(stream, line)];
  }

  private line(stream: Stream, text: string): string {
    return lineOf(stream, text, this.colors, this.coloured);
  }
}

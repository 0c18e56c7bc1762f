/** What was typed on the terminals of a capture, line by line, and whether it was echoed. */
import { printable } from '../bytes/printable.ts';
import { textOf } from '../bytes/text.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Channel, Packet, Session } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import { captureEnding } from './ending.ts';
import { type ChannelData, channelHeading, closedBy, dataOf, nothingToFollow, onTerminal } from './follow.ts';
import { LineReader } from './lines.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { keysText, plainKeys } from './terminal/keys.ts';
import { elapsed, isoTime } from './time.ts';

/** A line for each line that was typed, with the time of its first key; of channels without a terminal, what the client sent. */
export function followInputRenderer(options: RenderOptions): Renderer {
  const follow = new FollowInput(options);
  return {
    packet: (p) => follow.packet(p),
    session: (s) => follow.session(s),
    capture: (c) => captureEnding(c, follow.colors),
  };
}

/** What people type into, and what programs are fed with. */
const TYPED: ReadonlySet<string> = new Set(['terminal', 'stream']);

/** Bytes of one line that are kept, and of the output that is searched for its echo. */
const LONGEST = 16 * 1024;
const ENTER = /[\r\n]$/;

/** A line that is being typed, and what came back meanwhile. */
class TypedLine {
  readonly time: Timestamp;
  keys = '';
  /** Output from the first key on up to the first line end behind Enter, where its echo stands if there is one. */
  output = '';
  entered = false;
  /** Nothing more belongs to it. */
  done = false;

  constructor(time: Timestamp) {
    this.time = { seconds: time.seconds, nanos: time.nanos };
  }

  /** The other side printed `text`. */
  printed(text: string): void {
    const end = this.entered ? text.search(/[^\r\n][\r\n]/) : -1;
    this.output = (this.output + (end < 0 ? text : text.slice(0, end + 1))).slice(0, LONGEST);
    this.done ||= this.entered && /[\r\n]/.test(text);
  }

  /** Inferred: the characters typed do not come back in their order. */
  get hidden(): boolean {
    const typed = plainKeys(this.keys).trim();
    let at = 0;
    for (const c of this.output) if (at < typed.length && typed.startsWith(c, at)) at += c.length;
    return typed !== '' && at < typed.length;
  }
}

/** Input of one channel. */
interface Input {
  readonly session: Session;
  line: TypedLine | undefined;
  /** Of a channel without a terminal. */
  readonly reader: LineReader | undefined;
}

class FollowInput {
  readonly colors: Palette;
  private readonly options: RenderOptions;
  private readonly inputs = new Map<Channel, Input>();
  private readonly begun = new Set<Session>();
  private current: Channel | undefined;

  constructor(options: RenderOptions) {
    this.options = options;
    this.colors = palette(options.color);
  }

  packet(p: Packet): string {
    const closed = closedBy(p);
    if (closed !== undefined) return this.finish(p.session, closed);
    const data = dataOf(p, this.options);
    if (data === undefined || !TYPED.has(data.channel.content?.protocol ?? 'stream') || data.channel.type !== 'session') return '';
    const { channel } = data;
    const input = this.inputs.get(channel) ?? { session: p.session, line: undefined, reader: onTerminal(channel) ? undefined : new LineReader() };
    this.inputs.set(channel, input);
    if (input.reader !== undefined)
      return data.stream === 'client'
        ? this.say(
            p.session,
            channel,
            input.reader.take(data.bytes).map((line) => `${this.time(p.session, p.time)}  ${printable(line)}`),
          )
        : '';
    return data.stream === 'client' ? this.typed(p, input, data) : this.printed(p, input, data);
  }

  session(s: Session): string {
    let rest = '';
    for (const [c, { session }] of this.inputs) if (session === s) rest += this.finish(s, c);
    return rest + (this.begun.delete(s) ? '' : nothingToFollow(s, this.options, 'nothing was typed'));
  }

  private typed(p: Packet, input: Input, { channel, bytes }: ChannelData): string {
    const lines: string[] = [];
    // Several lines at once: a paste, or a program that types.
    for (const part of textOf(bytes).match(/[^\r\n]*(?:\r\n|[\r\n]|$)/g) ?? []) {
      if (part === '') continue;
      if (input.line?.entered === true) lines.push(...this.take(p.session, input));
      input.line ??= new TypedLine(p.time);
      input.line.keys = (input.line.keys + part).slice(0, LONGEST);
      input.line.entered = ENTER.test(part);
    }
    return this.say(p.session, channel, lines);
  }

  private printed(p: Packet, input: Input, { channel, bytes }: ChannelData): string {
    input.line?.printed(textOf(bytes));
    return input.line?.done === true ? this.say(p.session, channel, this.take(p.session, input)) : '';
  }

  /** The line of `input`, which begins a new one. */
  private take(s: Session, input: Input): string[] {
    const { line } = input;
    input.line = undefined;
    if (line === undefined) return [];
    const hidden = line.hidden ? this.colors.warning('  (not echoed, by inference)') : '';
    return [`${this.time(s, line.time)}  ${keysText(line.keys)}${hidden}`];
  }

  private time(s: Session, time: Timestamp): string {
    return this.colors.faint(this.options.absoluteTime ? isoTime(time) : elapsed(s.flow.start, time).padStart(12));
  }

  private say(s: Session, c: Channel, lines: readonly string[]): string {
    if (lines.length === 0) return '';
    this.begun.add(s);
    const heading = this.current === c ? '' : `${this.colors.strong(channelHeading(s, c))}\n`;
    this.current = c;
    return `${heading}${lines.join('\n')}\n`;
  }

  private finish(s: Session, c: Channel): string {
    const input = this.inputs.get(c);
    if (input === undefined) return '';
    this.inputs.delete(c);
    const rest = input.reader?.rest(true);
    const lines = rest === undefined ? this.take(s, input) : [`${this.time(s, s.flow.last)}  ${printable(rest)}`];
    return this.say(s, c, lines);
  }
}

/** A channel as an asciicast (version 2, docs.asciinema.org/manual/asciicast/v2), which `asciinema play` replays with its timing. */
import { printableJson } from '../bytes/printable.ts';
import type { Timestamp } from '../capture/frame.ts';
import type { Channel, Packet, Session } from '../ssh/model.ts';
import { type ChannelData, dataOf, isWanted, type Size, sizeIn } from './follow.ts';
import { channelTitle } from './login-text.ts';
import type { Renderer, RenderOptions, Stream } from './renderer.ts';

/** Size of a terminal that nobody asked for. */
const USUAL = { columns: 80, rows: 24 };

/** The first channel with data that is wanted: a header line, then a line for each piece of output, input or change of size. */
export function followCastRenderer(options: RenderOptions): Renderer {
  const cast = new Cast(options);
  return { packet: (p) => cast.packet(p), session: (s) => cast.session(s) };
}

class Cast {
  private readonly options: RenderOptions;
  private readonly decoders: Record<Stream, ReturnType<typeof decoder>> = { client: decoder(), server: decoder(), stderr: decoder() };
  /** Sizes of terminals of which nothing was printed yet. */
  private readonly sizes = new Map<Channel, Size>();
  private channel: Channel | undefined;
  private start: Timestamp | undefined;
  private last = '0.000000';

  constructor(options: RenderOptions) {
    this.options = options;
  }

  packet(p: Packet): string {
    const data = dataOf(p, this.options);
    if (this.channel === undefined && data !== undefined) return this.begin(p, data);
    if (data?.channel === this.channel && data !== undefined) return this.data(p, data);
    const size = sizeIn(p);
    if (size === undefined || p.channel === undefined) return '';
    if (p.channel === this.channel) return this.event(p.time, 'r', `${size.columns}x${size.rows}`);
    if (this.channel === undefined) this.sizes.set(p.channel, size);
    return '';
  }

  session(s: Session): string {
    if (this.channel === undefined || !s.channels.includes(this.channel) || !isWanted(this.channel, this.options)) return '';
    // Half a character at the end.
    return this.line('o', this.decoders.server.decode()) + this.line('o', this.decoders.stderr.decode());
  }

  private begin(p: Packet, data: ChannelData): string {
    const { terminal, command } = data.channel;
    this.channel = data.channel;
    this.start = { seconds: p.time.seconds, nanos: p.time.nanos };
    const { columns, rows } = this.sizes.get(data.channel) ?? terminal ?? USUAL;
    this.sizes.clear();
    const header = {
      version: 2,
      width: columns === 0 ? USUAL.columns : columns,
      height: rows === 0 ? USUAL.rows : rows,
      timestamp: p.time.seconds,
      title: `session ${p.session.number}, channel ${data.channel.id}: ${channelTitle(data.channel)}`,
      ...(command === undefined ? {} : { command }),
      ...(terminal === undefined ? {} : { env: { TERM: terminal.term } }),
    };
    return `${printableJson(JSON.stringify(header))}\n${this.data(p, data)}`;
  }

  private data(p: Packet, { stream, bytes }: ChannelData): string {
    if (stream === 'client' && !this.options.input) return '';
    return this.event(p.time, stream === 'client' ? 'i' : 'o', this.decoders[stream].decode(bytes, { stream: true }));
  }

  private event(time: Timestamp, code: string, text: string): string {
    this.last = this.since(time);
    return this.line(code, text);
  }

  private line(code: string, text: string): string {
    // The number is written by hand: JSON has no six decimals.
    return text === '' ? '' : printableJson(`[${this.last}, ${JSON.stringify(code)}, ${JSON.stringify(text)}]\n`);
  }

  /** Seconds since the beginning, never less than the last: players want times that grow. */
  private since(time: Timestamp): string {
    const from = this.start ?? time;
    const seconds = time.seconds - from.seconds + (time.nanos - from.nanos) / 1e9;
    return Math.max(seconds, Number(this.last)).toFixed(6);
  }
}

function decoder() {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}

/** The data of channels as hex dumps: each packet's with its time, direction and place in its stream. */
import type { Channel, Packet, Session } from '../ssh/model.ts';
import { type Palette, palette } from './color.ts';
import { captureEnding } from './ending.ts';
import { channelEnding, channelHeading, closedBy, dataOf, nothingToFollow } from './follow.ts';
import { hexDump } from './hex.ts';
import type { Renderer, RenderOptions, Stream } from './renderer.ts';
import { count } from './text.ts';
import { elapsed, isoTime } from './time.ts';

/** A dump of each piece of data; offsets count in its stream. */
export function followHexRenderer(options: RenderOptions): Renderer {
  const follow = new FollowHex(options);
  return {
    packet: (p) => follow.packet(p),
    session: (s) => follow.session(s),
    capture: (c) => captureEnding(c, follow.colors),
  };
}

const ARROWS: Readonly<Record<Stream, string>> = { client: 'C → S', server: 'C ← S', stderr: 'C ← S stderr' };

class FollowHex {
  readonly colors: Palette;
  private readonly options: RenderOptions;
  private readonly offsets = new Map<Channel, Record<Stream, number> & { readonly session: Session }>();
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
    if (data === undefined) return '';
    const { channel, stream, bytes } = data;
    this.begun.add(p.session);
    const offsets = this.offsets.get(channel) ?? { session: p.session, client: 0, server: 0, stderr: 0 };
    this.offsets.set(channel, offsets);
    const time = this.options.absoluteTime ? isoTime(p.time) : `${elapsed(p.session.flow.start, p.time)} s`;
    const paint = stream === 'stderr' ? this.colors.error : this.colors[stream];
    const title = paint(`${time}  frame ${p.frame}  ${ARROWS[stream]}  ${count(bytes.length, 'byte')}`);
    const dump = hexDump(bytes, '    ', this.options.maxBytes, offsets[stream]);
    offsets[stream] += bytes.length;
    return `${this.heading(p.session, channel)}${title}\n${dump}`;
  }

  session(s: Session): string {
    let rest = '';
    for (const [c, { session }] of this.offsets) if (session === s) rest += this.finish(s, c);
    return rest + (this.begun.delete(s) ? '' : nothingToFollow(s, this.options));
  }

  private heading(s: Session, c: Channel): string {
    if (this.current === c) return '';
    this.current = c;
    return `${this.colors.strong(channelHeading(s, c))}\n`;
  }

  private finish(s: Session, c: Channel): string {
    return this.offsets.delete(c) ? `${this.heading(s, c)}${this.colors.faint(channelEnding(c))}\n` : '';
  }
}

/** What was sent in channels, kept so that the page can play it. */
import { toBase64 } from '../../bytes/base64.ts';
import type { Timestamp } from '../../capture/frame.ts';
import type { Channel, Packet, Session } from '../../ssh/model.ts';
import { elapsed } from '../time.ts';
import { REPLAY, REPLAYS } from './bounds.ts';
import type { EventData } from './data.ts';

const CHANNEL_DATA = 94;
const CHANNEL_EXTENDED_DATA = 95;
const CHANNEL_REQUEST = 98;

/** What is known of one channel. */
export interface Tape {
  readonly events: readonly EventData[];
  /** Bytes that did not fit. */
  readonly missing: number;
}

interface Recording {
  readonly events: EventData[];
  missing: number;
}

/** The tapes of all channels of all sessions. */
export class Replay {
  private readonly tapes = new Map<Channel, Recording>();
  private readonly used = new Map<Session, number>();
  private total = 0;

  /** Keeps what `packet` carries in its channel. `start` is when its session began. */
  packet(packet: Packet, start: Timestamp): void {
    const { channel, number, value } = packet;
    if (channel === undefined || value === undefined) return;
    const common = { time: Number(elapsed(start, packet.time)), side: packet.side, message: `packet-${packet.index}` };
    if (number === CHANNEL_REQUEST) {
      const { requestType, widthCharacters: columns, heightRows: rows } = value;
      if ((requestType !== 'pty-req' && requestType !== 'window-change') || typeof columns !== 'number' || typeof rows !== 'number') return;
      this.tapeOf(channel).events.push({ ...common, size: [columns, rows] });
    } else if ((number === CHANNEL_DATA || number === CHANNEL_EXTENDED_DATA) && value.data instanceof Uint8Array) {
      const data = this.taken(packet.session, channel, value.data);
      if (data.length > 0) this.tapeOf(channel).events.push({ ...common, data: toBase64(data), ...(number === CHANNEL_DATA ? {} : { error: true as const }) });
    }
  }

  /** The tape of `channel`. */
  of(channel: Channel): Tape {
    return this.tapes.get(channel) ?? { events: [], missing: 0 };
  }

  /** As much of `data` as there is room for. */
  private taken(session: Session, channel: Channel, data: Uint8Array): Uint8Array {
    const used = this.used.get(session) ?? 0;
    const fits = data.subarray(0, Math.max(0, Math.min(REPLAY - used, REPLAYS - this.total)));
    this.used.set(session, used + fits.length);
    this.total += fits.length;
    this.tapeOf(channel).missing += data.length - fits.length;
    return fits;
  }

  private tapeOf(channel: Channel): Recording {
    const known = this.tapes.get(channel);
    if (known !== undefined) return known;
    const made = { events: [], missing: 0 };
    this.tapes.set(channel, made);
    return made;
  }
}

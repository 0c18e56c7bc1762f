/** Data of channels that nobody looks at: accounted for without making a packet of it, which costs several times as much. */
import { type Opened, uint32At } from './crypto/opener.ts';
import type { Direction } from './direction.ts';
import type { SshSession } from './session.ts';
import { mayCompress } from './unpack.ts';

const CHANNEL_DATA = 94;
/** padding_length, message number, recipient channel, and the length of the data (RFC 4254 section 5.2). */
const HEADS = 1 + 1 + 4 + 4;

/**
 * Takes the packet of `total` bytes at the head of the queue if it is a CHANNEL_DATA of which there is nothing to say but how long it is:
 * nobody takes packets, the message is well-formed and in its place, and its channel lets it pass. Else false, and nothing has changed.
 */
export function passData(session: SshSession, d: Direction, { bytes, shift, size }: Opened, total: number): boolean {
  if (bytes[shift + 5] !== CHANNEL_DATA || session.keepsPackets || !session.rolesKnown) return false;
  // Of packets of key exchanges, and of those in between, there is a record; what is compressed is read elsewhere.
  if (d.epoch < session.exchanges.length || mayCompress(d) || d.zlibBroken) return false;
  const length = uint32At(bytes, shift + 10);
  if (4 + HEADS + length + (bytes[shift + 4] as number) !== size) return false;
  const channel = session.connection.channels.pass(session.sideOf(d.end), uint32At(bytes, shift + 6), length);
  if (channel === undefined) return false;
  channel.lastFrame = d.queue.frameOf(total);
  session.packets++;
  d.openedPackets++;
  d.queue.skip(total);
  return true;
}

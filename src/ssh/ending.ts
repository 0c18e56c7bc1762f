/** How a session ended, in words. */
import type { FlowEnd } from '../stream/chunk.ts';

const ENDINGS: Readonly<Record<FlowEnd, string>> = {
  fin: 'both sides closed the TCP connection (FIN)',
  rst: 'the TCP connection was reset (RST)',
  reused: 'the same ports were used again for a new connection',
  idle: 'nothing more was seen for a long time',
  capture: 'the capture ends while the connection is open',
  limit: 'the flow was given up for want of room',
};

/** Of a session inside a channel. */
const INNER_ENDINGS: Readonly<Record<FlowEnd, string>> = {
  ...ENDINGS,
  fin: 'the channel that it runs in ended',
  rst: 'the TCP connection of the session around it was reset (RST)',
  capture: 'the capture ends while its channel is open',
};

/** How the connection ended, or the channel that an inner session runs in; `how` is undefined while it is open. */
export function endingText(how: FlowEnd | undefined, inner: boolean): string {
  if (how === undefined) return 'still open';
  return (inner ? INNER_ENDINGS : ENDINGS)[how];
}

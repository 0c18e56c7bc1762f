/** Messages above the transport: the login (50 to 79) and the connection protocol (80 to 100) move the trackers of the session. */
import type { Direction } from './direction.ts';
import type { SshPacket } from './packet.ts';
import { type Context, isMethodNumber, resolve } from './resolve.ts';
import type { SshSession } from './session.ts';

const FIRST = 50;
const FIRST_OF_CONNECTION = 80;
const REQUEST_SUCCESS = 81;
const LAST = 100;

const METHODLESS = 'belongs to a login method, and no request that names it was read';

const BARE: Context = { protocol: 2, kex: undefined };

/** True for the numbers that are taken by `openAbove`. */
export function isAbove(number: number): boolean {
  return number >= FIRST && number <= LAST;
}

/** Opens message `number` in its context and lets it move the login or the connection of its session. */
export function openAbove(session: SshSession, d: Direction, packet: SshPacket, number: number): void {
  // Who is client must be settled: what a message means, and which number its packet gets, hang on it.
  const def = resolve(number, undefined, BARE);
  if (def?.from !== undefined) session.learnRole(d.end, def.from);
  session.decideRoles();
  const side = session.sideOf(d.end);
  // What stands in clear before the first NEWKEYS anybody could have put there: it is shown and believed in nothing.
  if (d.epoch === 0) {
    packet.open(def);
    return;
  }
  const index = session.packets + 1;
  packet.side = side;
  packet.index = index;
  if (number < FIRST_OF_CONNECTION) {
    const { login } = session;
    if (isMethodNumber(number)) packet.open(resolve(number, side, { ...BARE, auth: login.method }), undefined, login.unasked ? METHODLESS : undefined);
    else packet.open(def);
    login.take(packet, number, side, index);
    return;
  }
  const { connection } = session;
  packet.open(number === REQUEST_SUCCESS ? resolve(number, side, { ...BARE, request: connection.global.answeredBy(side) }) : def);
  connection.take(packet, number, side, index);
}

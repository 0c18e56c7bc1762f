/** Who is client and who is server. */
import type { End, Flow } from '../stream/chunk.ts';
import { pseudoAlgorithm } from './kex/index.ts';
import type { Roles, Side } from './model.ts';

/** The roles of the two ends, and what told them. */
export interface RoleVerdict {
  readonly client: End;
  readonly roles: Roles;
}

/** The other end. */
export function peer(end: End): End {
  return end === 'a' ? 'b' : 'a';
}

/** The roles that follow when a message showed that `end` is `side`. */
export function rolesFromMessages(flow: Flow, end: End, side: Side): RoleVerdict {
  const client = side === 'client' ? end : peer(end);
  return { client, roles: flow.initiator === client ? 'syn' : 'messages' };
}

/** The roles when no message tells: who sent the SYN is client; without one, who is not on port 22 or has the higher port. */
export function rolesFromFlow(flow: Flow): RoleVerdict {
  if (flow.initiator !== undefined) return { client: flow.initiator, roles: 'syn' };
  const { a, b } = flow;
  if (a.port === 22 || b.port === 22) return { client: b.port === 22 ? 'a' : 'b', roles: 'port' };
  return { client: a.port >= b.port ? 'a' : 'b', roles: 'port' };
}

/** What lists tell, as equal KEXINITs share theirs (see kexinit.ts). */
const told = new WeakMap<readonly string[], Side | 'neither'>();

/** The side that sends a KEXINIT with these kex names, when one of them tells. */
export function sideOfKexNames(names: readonly string[]): Side | undefined {
  let side = told.get(names);
  if (side === undefined) {
    side = names.map((name) => pseudoAlgorithm(name)?.from).find((from) => from !== undefined) ?? 'neither';
    told.set(names, side);
  }
  return side === 'neither' ? undefined : side;
}

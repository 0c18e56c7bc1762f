/** The agent protocol on channels to an agent. */
import type { Protocol } from '../protocol.ts';
import { AgentHandler } from './handler.ts';

const TYPES: ReadonlySet<string> = new Set(['auth-agent@openssh.com', 'auth-agent', 'agent-connect']);

export const agent: Protocol = {
  name: 'agent',
  carries: (kind) => kind.started === 'type' && TYPES.has(kind.name),
  follow: (place) => new AgentHandler(place),
};

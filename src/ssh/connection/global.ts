/** Global requests of a session, and which answer belongs to which (RFC 4254 section 4). */
import { firstOf } from '../../bytes/text.ts';
import { decode } from '../../wire/cursor.ts';
import { problem } from '../../wire/problem.ts';
import type { Signature } from '../hostkey/signature.ts';
import { checkHostKeyProofs, contentOf, HOST_KEYS_PROVE } from '../login-proof.ts';
import { type GlobalRequest, globalRequest } from '../messages/global-requests.ts';
import type { Side } from '../model.ts';
import type { SshPacket } from '../packet.ts';
import { peer } from './peer.ts';
import type { ConnectionSession } from './session.ts';

/** A request that waits for its answer. */
interface Waiting {
  readonly name: string;
  readonly row: GlobalRequest | undefined;
  readonly packet: number;
  /** The keys that are to be proven. */
  readonly keys: readonly Uint8Array[];
}

/** Keys whose proofs are checked, of one session. */
const MOST_PROOFS = 64;

/** The requests of both sides that wait for an answer. */
export class GlobalRequests {
  private readonly session: ConnectionSession;
  private readonly pending: Record<Side, Waiting[]> = { client: [], server: [] };
  private lost = false;
  private proofs = 0;

  constructor(session: ConnectionSession) {
    this.session = session;
  }

  /** The request that the next answer of `side` belongs to, when it is a known one. */
  answeredBy(side: Side): GlobalRequest | undefined {
    return this.pending[peer(side)][0]?.row;
  }

  /** GLOBAL_REQUEST of `side`, packet `index` of the session. */
  request(packet: SshPacket, side: Side, index: number): void {
    const { requestName: name, wantReply } = packet.value ?? {};
    if (typeof name !== 'string' || wantReply !== true) return;
    const waiting = this.pending[side];
    if (waiting.length >= this.session.limits.pendingRequests) {
      waiting.length = 0;
      this.lost = true;
      packet.problems.push(
        problem('limit', 'too many global requests without an answer: which answer belongs to which is no longer told (limit pendingRequests)'),
      );
    }
    waiting.push({ name: firstOf(name, 256), row: globalRequest(name), packet: index, keys: name === HOST_KEYS_PROVE ? keysOf(packet) : [] });
  }

  /** REQUEST_SUCCESS or REQUEST_FAILURE of `side`. */
  answer(packet: SshPacket, side: Side, granted: boolean): void {
    const request = this.pending[peer(side)].shift();
    if (request === undefined) {
      if (!this.lost && this.session.sure)
        packet.problems.push(problem('unexpected', 'an answer, and no global request that waits for one', { rfc: '4254#4' }));
      return;
    }
    packet.answers = request.packet;
    packet.context = request.name;
    if (granted && request.keys.length > 0) this.prove(packet, request);
  }

  /** Messages are missing: which answer belongs to which request is no longer known. */
  lose(): void {
    this.pending.client.length = 0;
    this.pending.server.length = 0;
  }

  private prove(packet: SshPacket, request: Waiting): void {
    this.proofs += request.keys.length;
    if (this.proofs > MOST_PROOFS) return;
    const signatures = packet.value?.signatures;
    const { verdict, reason } = checkHostKeyProofs(request.keys, Array.isArray(signatures) ? (signatures as Signature[]) : [], this.session);
    packet.context = `${request.name}, ${verdict}`;
    if (verdict === 'invalid') packet.problems.push(problem('unauthentic', `the proof of the host keys: ${reason}`, { rfc: 'openssh:PROTOCOL#2.5' }));
  }
}

/** The key blobs of a request, as they were sent. */
function keysOf(packet: SshPacket): Uint8Array[] {
  if (packet.message === undefined) return [];
  const payload = packet.payloadBytes;
  const { fields } = decode(packet.message.body, payload, { start: 1, trace: true, complete: true });
  const list = fields.find((f) => f.name === 'hostKeys')?.children ?? [];
  return list.slice(0, MOST_PROOFS).map((f) => contentOf(payload, f.span)?.slice() ?? new Uint8Array(0));
}

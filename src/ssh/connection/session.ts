/** What the connection protocol asks of its session. */
import type { Limits } from '../../limits.ts';

export interface ConnectionSession {
  readonly sessionId: Uint8Array | undefined;
  /** Nothing shows that it is right. */
  readonly identifierDoubtful: boolean;
  /** True when the capture holds all that was sent, so that what is missing was never sent. */
  readonly sure: boolean;
  readonly limits: Limits;
}

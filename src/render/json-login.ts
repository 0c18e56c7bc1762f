/** Logins and channels as parts of a session's record. */
import type { Authentication, Channel, LoginAttempt } from '../ssh/model.ts';
import type { JsonRecord } from './json.ts';

/** Who logged in, and how. */
export function recordOfAuthentication(a: Authentication): JsonRecord {
  return { user: a.user ?? null, attempts: a.attempts.map(recordOfAttempt), outcome: a.outcome, banner: a.banner ?? null };
}

function recordOfAttempt(a: LoginAttempt): JsonRecord {
  const { method, user, service, key, signature, prompts, outcome, firstFrame, lastFrame } = a;
  return {
    method,
    user,
    service,
    key:
      key === undefined
        ? null
        : { type: key.type, bits: key.bits ?? null, fingerprint: key.fingerprint, authority: key.authority ? { ...key.authority } : null },
    signature: signature?.verdict ?? null,
    signatureAlgorithm: signature?.algorithm ?? null,
    signatureReason: signature?.reason ?? null,
    prompts,
    outcome,
    frames: { first: firstFrame, last: lastFrame },
  };
}

/** A channel. `requests` are the names of what its opener asked; what the other side told of the end is in fields of its own. */
export function recordOfChannel(c: Channel): JsonRecord {
  return {
    id: c.id,
    type: c.type,
    opener: c.opener,
    numbers: { client: c.numbers.client ?? null, server: c.numbers.server ?? null },
    state: c.state,
    refusal: c.refusal ?? null,
    parameters: c.parameters as JsonRecord,
    requests: c.requests.filter((r) => r.side === c.opener).map((r) => r.name),
    outcomes: c.requests.filter((r) => r.side === c.opener).map((r) => r.outcome),
    command: c.command ?? null,
    subsystem: c.subsystem ?? null,
    environment: c.environment.map(({ name, value }) => ({ name, value })),
    terminal: c.terminal === undefined ? null : { ...c.terminal },
    exitStatus: c.exitStatus ?? null,
    exitSignal: c.exitSignal ?? null,
    bytes: { ...c.bytes },
    extendedBytes: { ...c.extendedBytes },
    frames: { first: c.firstFrame, last: c.lastFrame },
  };
}

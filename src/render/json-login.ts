/** Logins and channels as parts of a session's record. */
import type { Authentication, Channel, ChannelContent, LoginAttempt, Transfer } from '../ssh/model.ts';
import type { JsonRecord } from './json.ts';
import { isoTime } from './time.ts';

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
    content: c.content === undefined ? null : recordOfContent(c.content),
    frames: { first: c.firstFrame, last: c.lastFrame },
  };
}

/** What a channel carries. Its transfers are listed with those of the whole session. */
function recordOfContent(c: ChannelContent): JsonRecord {
  return {
    protocol: c.protocol,
    detail: c.detail,
    session: c.session?.number ?? null,
    operations: c.operations.map((o) => ({
      name: o.name,
      side: o.side,
      summary: o.summary,
      status: o.status ?? null,
      succeeded: o.succeeded ?? null,
      frame: o.frame,
      time: isoTime(o.time),
      latency: o.latency ?? null,
    })),
  };
}

/** A file that moved. */
export function recordOfTransfer(t: Transfer): JsonRecord {
  return {
    channel: t.channel.id,
    protocol: t.protocol,
    direction: t.direction,
    path: t.path,
    size: t.size ?? null,
    bytes: t.bytes,
    mode: t.mode ?? null,
    modified: t.modified ?? null,
    accessed: t.accessed ?? null,
    complete: t.complete,
    holes: t.holes.map(({ start, end }) => ({ start, end })),
    note: t.note,
    frames: { first: t.firstFrame, last: t.lastFrame },
    start: isoTime(t.start),
    end: isoTime(t.end),
  };
}

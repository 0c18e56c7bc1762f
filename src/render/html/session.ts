/** Sessions for the page: who, how the login went, what the channels were for. */
import { printable, shorten } from '../../bytes/printable.ts';
import type { ExchangeExplanation } from '../../explain/exchange-hash.ts';
import type { Chapter } from '../../explain/note.ts';
import type { Authentication, Channel, LoginAttempt, Operation, Party, Session } from '../../ssh/model.ts';
import { parametersText, subsystemText } from '../login-text.ts';
import { count, endpointText, grouped } from '../text.ts';
import { elapsed, isoTime } from '../time.ts';
import { NAME, ROWS, SENTENCE } from './bounds.ts';
import type { AttemptData, ChannelData, Fact, LoginData, MessageData, OperationData, PartyData, SessionData } from './data.ts';
import { exchangeData } from './kex.ts';
import { type MessageWriter, problemData } from './message.ts';
import type { Replay, Tape } from './replay.ts';

/** What was collected of a session while it ran. */
export interface Gathered {
  readonly messages: readonly MessageData[];
  readonly exchanges: readonly ExchangeExplanation[];
  readonly chapters: readonly Chapter[];
  readonly replay: Replay;
  readonly writer: MessageWriter;
}

/** What the page shows of session `s`. */
export function sessionData(s: Session, { messages, exchanges, chapters, replay, writer }: Gathered, showSecrets: boolean): SessionData {
  const { flow, client, server } = s;
  const sent = s.packets + [client, server].filter((p) => p.identification !== undefined).length;
  const kex = s.exchanges[0]?.negotiation?.kex;
  return {
    number: s.number,
    client: partyData(client),
    server: partyData(server),
    seconds: elapsed(flow.start, flow.last),
    start: isoTime(flow.start),
    facts: factsOf(s),
    kex: kex === undefined ? undefined : shorten(kex, NAME),
    login: loginData(s.authentication),
    messages,
    missing: Math.max(0, sent - messages.length),
    exchanges: exchanges.slice(0, ROWS).map((e) => exchangeData(e, messages, showSecrets)),
    channels: s.channels.slice(0, ROWS).map((c) => channelData(c, replay.of(c))),
    chapters: chapters.slice(0, ROWS).map((c) => ({ id: c.id, title: printable(c.title), notes: writer.notes(c.notes) })),
    problems: s.problems.slice(0, ROWS).map(problemData),
    sealed: sealedText(s),
  };
}

function partyData(p: Party): PartyData {
  return {
    endpoint: endpointText(p),
    identification: p.identification === undefined ? '' : shorten(p.identification.text, SENTENCE),
    software: p.identification === undefined ? 'no identification string' : shorten(p.identification.softwareVersion, NAME),
    hassh: p.hassh,
  };
}

function factsOf(s: Session): Fact[] {
  const { flow } = s;
  const n = s.exchanges[0]?.negotiation;
  const both = (a: string | undefined, b: string | undefined) =>
    a === b ? shorten(a ?? 'none', NAME) : shorten(`${a ?? 'none'} and ${b ?? 'none'}`, 2 * NAME);
  return [
    [
      'began',
      isoTime(flow.start)
        .replace('T', ' ')
        .replace(/\.(\d{3})\d+Z/, '.$1 UTC'),
    ],
    ['took', `${elapsed(flow.start, flow.last)} s, ${count(s.packets, 'packet')}, ${count(flow.frameCount, 'frame')}`],
    ...(n === undefined
      ? []
      : ([
          ['key exchange', shorten(n.kex ?? 'none in common', NAME)],
          ['host key', shorten(n.hostKey ?? 'none in common', NAME)],
          ['cipher', both(n.client.cipher, n.server.cipher)],
          ...(n.client.mac === undefined && n.server.mac === undefined ? [] : [['MAC', both(n.client.mac, n.server.mac)] as const]),
          ['strict KEX', s.strictKex ? 'yes' : 'no'],
        ] satisfies Fact[])),
    ...(s.parent === undefined ? [] : [['inside', `channel ${s.parent.channel.id} of session ${s.parent.session.number}`] as const]),
    ...(s.detected === 'content' ? [] : [['protocol', 'SSH by port 22 alone, a guess'] as const]),
    ...(s.complete ? [] : [['beginning', 'not in the capture'] as const]),
    ['end', shorten(s.ending, SENTENCE)],
  ];
}

/** What was encrypted and not opened, and why. */
function sealedText({ client, server }: Session): string {
  const parts = (
    [
      ['client', client],
      ['server', server],
    ] as const
  ).filter(([, p]) => p.decryption.bytes > 0 && p.decryption.state !== 'ok');
  if (parts.length === 0) return '';
  const sent = parts.map(
    ([side, { decryption: d }]) => `${count(d.bytes, 'byte')} of the ${side}${d.decrypted === 0 ? '' : `, ${count(d.decrypted, 'packet')} of them opened`}`,
  );
  const reasons = new Set(parts.map(([, p]) => p.decryption.reason).filter((reason) => reason !== ''));
  return shorten(`Encrypted and not opened: ${sent.join('; ')}: ${[...reasons].join('; ')}`, 2 * SENTENCE);
}

function loginData(a: Authentication): LoginData {
  return {
    outcome: a.outcome,
    user: a.user === undefined ? undefined : shorten(a.user, NAME),
    banner:
      a.banner === undefined
        ? []
        : a.banner
            .trimEnd()
            .split(/\r?\n/, ROWS)
            .map((line) => shorten(line, SENTENCE)),
    attempts: a.attempts.slice(0, ROWS).map(attemptData),
  };
}

function attemptData(a: LoginAttempt): AttemptData {
  const facts: Fact[] = [['user', shorten(a.user, NAME)]];
  if (a.key !== undefined) facts.push(['key', `${shorten(a.key.type, NAME)}${a.key.bits === undefined ? '' : `, ${a.key.bits} bits`}, ${a.key.fingerprint}`]);
  if (a.key?.authority !== undefined) facts.push(['certified by', `${shorten(a.key.authority.key, SENTENCE)} (signature ${a.key.authority.verdict})`]);
  if (a.signature !== undefined) facts.push(['signature', shorten(`${a.signature.verdict}: ${a.signature.reason}`, SENTENCE)]);
  if (a.prompts > 0) facts.push(['prompts', String(a.prompts)]);
  return { method: shorten(a.method, NAME), outcome: a.outcome, facts, verdict: a.signature?.verdict, frame: a.lastFrame };
}

function channelData(c: Channel, tape: Tape): ChannelData {
  const sent = (side: 'client' | 'server') => grouped(c.bytes[side] + c.extendedBytes[side]);
  const facts: Fact[] = [['sent', `${sent('client')} bytes up, ${sent('server')} bytes down`]];
  if (c.terminal !== undefined) facts.push(['terminal', `${shorten(c.terminal.term, NAME)}, ${c.terminal.columns} × ${c.terminal.rows}`]);
  if (c.content !== undefined) facts.push(['carries', shorten(`${c.content.protocol}${c.content.detail === '' ? '' : `, ${c.content.detail}`}`, SENTENCE)]);
  if (c.refusal !== undefined) facts.push(['refused', shorten(c.refusal, SENTENCE)]);
  if (c.exitStatus !== undefined) facts.push(['exit status', String(c.exitStatus)]);
  if (c.exitSignal !== undefined) facts.push(['ended by signal', shorten(c.exitSignal, NAME)]);
  for (const { name, value } of c.environment.slice(0, ROWS)) facts.push(['environment', shorten(`${name}=${value}`, SENTENCE)]);
  for (const t of (c.content?.transfers ?? []).slice(0, ROWS)) {
    facts.push([t.direction, shorten(`${t.path}, ${count(t.bytes, 'byte')}${t.complete ? '' : `, not complete: ${t.note}`}`, SENTENCE)]);
  }
  return {
    id: c.id,
    title: titleOf(c),
    facts,
    terminal: c.terminal === undefined ? undefined : { columns: c.terminal.columns, rows: c.terminal.rows },
    operations: (c.content?.operations ?? []).slice(0, ROWS).map(operationData),
    session: c.content?.session?.number,
    ...(c.content !== undefined && (c.content.operations.length > 0 || c.content.session !== undefined) ? { events: [], missing: 0 } : tape),
  };
}

function titleOf(c: Channel): string {
  if (c.command !== undefined) return `exec ${shorten(c.command, SENTENCE)}`;
  return subsystemText(c) ?? `${shorten(c.type, NAME)} ${parametersText(c)}`.trimEnd();
}

function operationData(o: Operation): OperationData {
  return { side: o.side, text: shorten(o.summary, SENTENCE), status: shorten(o.status ?? 'no answer', NAME), ok: o.succeeded };
}

/** The sequence diagram: client on the left, server on the right, time downwards. */
import { Component } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { MessageData, PhaseName, SessionData } from '../data.ts';
import { Lock, Section } from './pieces.tsx';
import { linkTo } from './route.ts';
import { PHASES, plural, timeText } from './words.ts';

/** Messages shown before the rest is asked for. */
const FIRST = 60;

/** A message with what stands above it and how both sides' lines look beside it. */
interface Step {
  readonly message: MessageData;
  readonly heading: string | undefined;
  readonly phase: PhaseName;
  readonly sealed: readonly string[];
}

export function Ladder({ session, current }: { session: SessionData; current: string | undefined }) {
  const [all, setAll] = useState(false);
  const steps = useMemo(() => stepsOf(session.messages), [session]);
  const chosen = steps.findIndex((s) => s.message.id === current);
  const shown = all || steps.length <= FIRST + 10 || chosen >= FIRST ? steps : steps.slice(0, FIRST);
  return (
    <Section id="ladder" title="The messages, in order">
      <div class="ends-of-ladder" aria-hidden="true">
        <span class="client">
          <b>client</b> {session.client.endpoint}
        </span>
        <span class="server">
          <b>server</b> {session.server.endpoint}
        </span>
      </div>
      <ol class="ladder">
        {shown.map((step) => (
          <Rung key={step.message.id} step={step} session={session} current={step.message.id === current} />
        ))}
      </ol>
      {shown.length < steps.length && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show the other {plural(steps.length - shown.length, 'message')}
        </button>
      )}
      {session.sealed !== '' && <p class="banner">{session.sealed}.</p>}
      {session.missing > 0 && (
        <p class="banner">
          {plural(session.missing, 'message')} more of this session {session.missing === 1 ? 'is' : 'are'} not in this page.
        </p>
      )}
    </Section>
  );
}

interface RungProps {
  readonly step: Step;
  readonly session: SessionData;
  readonly current: boolean;
}

/** One message; drawn anew only when it becomes or was the chosen one: there may be thousands. */
class Rung extends Component<RungProps> {
  override shouldComponentUpdate(next: RungProps): boolean {
    return next.step !== this.props.step || next.current !== this.props.current;
  }

  render() {
    const {
      step: { message: m, heading, phase, sealed },
      session,
      current,
    } = this.props;
    const wrong = m.problems.some((p) => p.severity === 'error');
    return (
      <li class={sealed.join(' ')}>
        {heading !== undefined && (
          <h3 class={`phase ${phase}`}>
            <span>{heading}</span>
          </h3>
        )}
        <a
          class={`rung ${m.side} ${m.phase}${m.encrypted ? ' encrypted' : ''}`}
          href={linkTo(session.number, { message: m.id })}
          aria-current={current ? 'true' : undefined}
        >
          <span class="time">
            {timeText(m.time)}
            <small>{m.frames[0] === undefined ? '' : `frame ${m.frames[0]}`}</small>
          </span>
          <span class="wire">
            <span class="name">
              <span class="unseen">From the {m.side}: </span>
              {m.encrypted && <Lock />}
              {m.name.replace(/^SSH_MSG_/, '')}
              {wrong && <b class="flag">!</b>}
            </span>
            <span class="what">{shortened(m)}</span>
            <span class="arrow" aria-hidden="true" />
          </span>
        </a>
      </li>
    );
  }
}

/** The summary without the title, which the name says; of data in a channel what the messages inside say. */
function shortened(m: MessageData): string {
  if (m.inner.length > 0) return m.inner.map((inner) => inner.summary).join('; ');
  const at = m.phase === 'identification' ? -1 : m.summary.indexOf(': ');
  return m.phase === 'identification' || at >= 0 ? m.summary.slice(at < 0 ? 0 : at + 2) : '';
}

const ORDER = Object.keys(PHASES) as PhaseName[];

/** Messages that may come at any time (RFC 4253 section 11) and begin nothing. */
const ANY_TIME = ['SSH_MSG_DISCONNECT', 'SSH_MSG_IGNORE', 'SSH_MSG_UNIMPLEMENTED', 'SSH_MSG_DEBUG'];

/** Phases only go forward, until a new KEXINIT starts over: what is said early or late stays where it stands. */
function stepsOf(messages: readonly MessageData[]): Step[] {
  let phase: PhaseName = 'identification';
  let begun = false;
  let exchanges = 0;
  const sealed = new Set<string>();
  return messages.map((message) => {
    const before = begun ? phase : undefined;
    begun = true;
    if (message.phase === 'negotiation' && before !== 'negotiation') {
      phase = 'negotiation';
      exchanges++;
    } else if (ORDER.indexOf(message.phase) > ORDER.indexOf(phase) && !ANY_TIME.includes(message.name)) phase = message.phase;
    if (message.encrypted) sealed.add(`${message.side}-sealed`);
    const heading = phase === before ? undefined : headingOf(message, phase, exchanges);
    return { message, heading, phase, sealed: [...sealed] };
  });
}

function headingOf({ encrypted }: MessageData, phase: PhaseName, exchanges: number): string {
  if (phase === 'sealed') return PHASES.sealed;
  const again = phase === 'negotiation' && exchanges > 1 ? `Key exchange ${exchanges}: negotiation` : PHASES[phase];
  return `${again}, ${encrypted ? 'encrypted' : 'in clear'}`;
}

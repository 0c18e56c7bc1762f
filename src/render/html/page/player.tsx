/** Plays what went through a channel: play and pause, speed, and a place in time. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChannelData, SessionData } from '../data.ts';
import { Choices } from './header.tsx';
import { linkTo } from './route.ts';
import { type Picture, Replayer } from './screen.ts';
import { timeText } from './words.ts';

const SPEEDS = ['1×', '2×', '5×', '20×'] as const;
/** Seconds that a pause is shortened to. */
const PAUSE = 1;
/** Milliseconds between two steps. */
const TICK = 40;

export function Player({ channel, session }: { channel: ChannelData; session: SessionData }) {
  const clock = useMemo(() => clockOf(channel), [channel]);
  const total = clock.at(-1) ?? 0;
  const tape = useTape(total);
  const shown = clock.filter((time) => time <= tape.at).length;
  const replayer = useMemo(() => new Replayer(channel), [channel]);
  const picture = useMemo(() => replayer.at(shown), [replayer, shown]);
  const last = channel.events[shown - 1];
  return (
    <figure class="player">
      {total > 0 && (
        <div class="controls">
          <Controls tape={tape} />
          {last !== undefined && (
            <a class="origin" href={linkTo(session.number, { message: last.message })}>
              {last.message.replace('-', ' ')}
            </a>
          )}
        </div>
      )}
      <ScreenView picture={picture} />
      <figcaption>
        {channel.terminal === undefined ? 'What was sent, as text: ' : 'The screen as it was. '}
        {channel.terminal === undefined && (
          <>
            <span class="from-client">client</span>, <span class="from-server">server</span>, <span class="from-error">standard error</span>.
          </>
        )}{' '}
        {total > 0 && `Pauses longer than ${PAUSE} s are shortened.`}
      </figcaption>
    </figure>
  );
}

type Speed = (typeof SPEEDS)[number];

/** A tape of `total` seconds: where it stands, and what can be done with it. */
interface Tape {
  readonly total: number;
  readonly at: number;
  readonly playing: boolean;
  readonly speed: Speed;
  toggle(): void;
  go(at: number): void;
  setSpeed(speed: Speed): void;
}

function useTape(total: number): Tape {
  const [at, setAt] = useState(total);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>('1×');
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => setAt((now) => Math.min(total, now + (TICK / 1000) * Number.parseInt(speed, 10))), TICK);
    return () => clearInterval(timer);
  }, [playing, speed, total]);
  useEffect(() => {
    if (at >= total) setPlaying(false);
  }, [at, total]);
  const toggle = () => {
    if (!playing && at >= total) setAt(0);
    setPlaying(!playing);
  };
  const go = (to: number) => {
    setPlaying(false);
    setAt(to);
  };
  return { total, at, playing, speed, toggle, go, setSpeed: (one) => setSpeed(one) };
}

function Controls({ tape: { total, at, playing, speed, toggle, go, setSpeed } }: { tape: Tape }) {
  return (
    <>
      <button type="button" onClick={toggle}>
        {playing ? 'Pause' : at >= total ? 'Play' : 'Go on'}
      </button>
      <input
        type="range"
        aria-label="Place in time"
        aria-valuetext={timeText(at)}
        min={0}
        max={total}
        step={total / 1000 || 1}
        value={at}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <Choices label="Speed" values={SPEEDS} value={speed} choose={setSpeed} />
    </>
  );
}

function ScreenView({ picture }: { picture: Picture }) {
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [picture]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and who has no pointer must be able to scroll it
    <section class="screen" ref={box} tabIndex={0} aria-label="Content of the channel">
      <pre>
        {picture.map((line, i) => (
          <div key={i}>
            {line.map((run, j) => (
              <span key={j} class={run.look}>
                {run.text}
              </span>
            ))}
            {line.length === 0 ? '\u200b' : ''}
          </div>
        ))}
      </pre>
    </section>
  );
}

/** When each event is shown: its time since the first, with long pauses shortened. */
function clockOf(channel: ChannelData): number[] {
  let now = 0;
  let before = channel.events[0]?.time ?? 0;
  return channel.events.map((event) => {
    now += Math.min(PAUSE, Math.max(0, event.time - before));
    before = event.time;
    return now;
  });
}

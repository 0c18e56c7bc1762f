/** The sessions of the capture, one row each. */

import { useEffect, useRef } from 'preact/hooks';
import type { SessionData } from '../data.ts';
import { linkToSection } from './route.ts';
import type { Shared } from './shared.ts';
import { reveal } from './tree.tsx';
import { plural } from './words.ts';

export function SessionList({ shared, current }: { shared: Shared; current: number | undefined }) {
  const { sessions, leftOut, problems } = shared.data;
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const chosen = box.current?.querySelector('[aria-current]');
    if (box.current !== null && chosen instanceof HTMLElement) reveal(box.current, chosen);
  }, [current]);
  return (
    <nav class="sessions" aria-label="Sessions">
      {leftOut.map((text) => (
        <p key={text} class="banner">
          {text}
        </p>
      ))}
      {problems.map((p) => (
        <p key={p.text} class={`banner ${p.severity}`}>
          Capture: {p.text}
        </p>
      ))}
      <h2 class="label">{plural(sessions.length, 'session')}</h2>
      <ul ref={box}>
        {sessions.map((s) => (
          <li key={s.number}>
            <a href={linkToSection(s.number)} aria-current={s.number === current ? 'page' : undefined}>
              <span class="number">{s.number}</span>
              <span class="ends">
                <span class="client">{s.client.endpoint}</span> <span aria-hidden="true">→</span> <span class="server">{s.server.endpoint}</span>
              </span>
              <span class="about">
                {aboutOf(s)}
                {errors(s) > 0 && <b class="wrong"> · {plural(errors(s), 'error')}</b>}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function aboutOf(s: SessionData): string {
  const login =
    s.login.outcome === 'success' ? `logged in${s.login.user === undefined ? '' : ` as ${s.login.user}`}` : s.login.outcome === 'failure' ? 'login failed' : '';
  return [s.kex ?? 'no key exchange', login].filter((word) => word !== '').join(' · ');
}

function errors(s: SessionData): number {
  return s.problems.filter((p) => p.severity === 'error').length;
}

/** The whole page: header, sessions, one session in full, and the inspector beside it. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { Level } from '../../../explain/note.ts';
import type { PageData, SessionData } from '../data.ts';
import { Header } from './header.tsx';
import { Inspector } from './inspector.tsx';
import { Lock } from './pieces.tsx';
import { linkTo, linkToSection, type Route, routeOf } from './route.ts';
import { SessionList } from './session-list.tsx';
import { SessionView } from './session-view.tsx';
import { goTo, hasArrows, isTyping, type Shared } from './shared.ts';

export function App({ data }: { data: PageData }) {
  const [route, setRoute] = useState<Route>(() => routeOf(location.hash));
  const [level, setLevel] = useState<Level>(data.level);
  const session = data.sessions.find((s) => s.number === route.session) ?? data.sessions[0];
  const shared = useMemo<Shared>(() => ({ data, level }), [data, level]);
  useLayoutEffect(() => {
    const changed = () => setRoute(routeOf(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  useLayoutEffect(() => {
    // The address is ahead of what is drawn when keys come fast.
    const pressed = (event: KeyboardEvent) => onKey(event, session, routeOf(location.hash));
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [session]);
  useEffect(() => {
    if (route.section !== undefined) document.getElementById(route.section)?.scrollIntoView();
    else if (route.message !== undefined) document.querySelector('.ladder a[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [route]);
  const message = session?.messages.find((m) => m.id === route.message);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the session
      </a>
      <Header shared={shared} setLevel={setLevel} />
      <div class={message === undefined ? 'columns' : 'columns chosen'}>
        <main id="main" tabIndex={-1}>
          <SessionList shared={shared} current={session?.number} />
          {session === undefined ? (
            <p class="empty">There is no SSH session in this capture.</p>
          ) : (
            <SessionView key={session.number} session={session} route={route} shared={shared} />
          )}
          <Footer data={data} />
        </main>
        {session !== undefined && (
          <aside class="inspector" aria-label="The selected message">
            {message === undefined ? (
              <Hint />
            ) : (
              <Inspector key={`${session.number}/${message.id}`} session={session} message={message} field={route.field} shared={shared} />
            )}
          </aside>
        )}
      </div>
    </>
  );
}

/** Up and down go through the messages, Escape lets go of the field and then of the message. */
function onKey(event: KeyboardEvent, session: SessionData | undefined, route: Route): void {
  if (session === undefined || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector<HTMLInputElement>('#search')?.focus();
  } else if (event.key === 'Escape' && route.message !== undefined) {
    goTo(route.field === undefined ? linkToSection(session.number) : linkTo(session.number, { message: route.message }));
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !hasArrows(event.target)) {
    const at = session.messages.findIndex((m) => m.id === route.message);
    const next = session.messages[at < 0 ? 0 : at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (next === undefined) return;
    event.preventDefault();
    goTo(linkTo(session.number, { message: next.id }));
    // The focus goes along, so that what was chosen is read out.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.ladder a[aria-current]')?.focus({ preventScroll: true }));
  }
}

function Hint() {
  return (
    <div class="hint">
      <p>Choose a message in the ladder to see what every byte of it means.</p>
      <ul class="legend">
        <li>
          <span class="sample" /> in clear: anybody on the way can read it
        </li>
        <li>
          <span class="sample encrypted" />
          <Lock /> encrypted and authenticated
        </li>
        <li>
          <span class="client">left</span> the client, <span class="server">right</span> the server; a line becomes thick where its side begins to encrypt
        </li>
      </ul>
      <p>
        <kbd>↑</kbd> <kbd>↓</kbd> go through the messages, <kbd>/</kbd> searches, <kbd>Esc</kbd> lets go.
      </p>
    </div>
  );
}

function Footer({ data }: { data: PageData }) {
  return (
    <footer>
      <p>{data.about}</p>
      {!data.showSecrets && <p>Passwords, K and keys are not in this file. They are when it is made with --show-secrets.</p>}
      <p>Made by sshark. This file is complete: it loads nothing and sends nothing.</p>
    </footer>
  );
}

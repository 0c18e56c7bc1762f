/** One session: what it was, the ladder of its messages, and what came of them. */

import type { SessionData } from '../data.ts';
import { AuditView } from './audit.tsx';
import { ChannelsView } from './channels.tsx';
import { ChoicesView, HashView, KeysView } from './exchange.tsx';
import { Ladder } from './ladder.tsx';
import { LoginView } from './login.tsx';
import { Facts } from './pieces.tsx';
import { linkToSection, type Route } from './route.ts';
import type { Shared } from './shared.ts';
import { Story } from './story.tsx';

const SECTIONS: readonly (readonly [id: string, title: string, has: (s: SessionData) => boolean])[] = [
  ['ladder', 'Ladder', () => true],
  ['story', 'Story', (s) => s.chapters.length > 0],
  ['algorithms', 'Algorithms', (s) => s.exchanges.some((e) => e.choices.length > 0)],
  ['hash', 'Exchange hash', (s) => s.exchanges.some((e) => e.inputs.length > 0)],
  ['keys', 'Keys', (s) => s.exchanges.some((e) => e.keys.length > 0)],
  ['login', 'Login', (s) => s.login.attempts.length > 0],
  ['channels', 'Channels', (s) => s.channels.length > 0],
  ['notes', 'Security', () => true],
];

export function SessionView({ session, route, shared }: { session: SessionData; route: Route; shared: Shared }) {
  const shown = SECTIONS.filter(([, , has]) => has(session));
  const part = (id: string) => shown.some(([one]) => one === id);
  return (
    <article class="session" aria-labelledby="session-title">
      <h1 id="session-title">
        Session {session.number}
        <span class="software">
          <span class="client">{session.client.software}</span> <span aria-hidden="true">⇄</span> <span class="server">{session.server.software}</span>
        </span>
      </h1>
      <Facts facts={session.facts} />
      <nav class="parts" aria-label="Parts of this session">
        {shown.map(([id, title]) => (
          <a key={id} href={linkToSection(session.number, id)} aria-current={route.section === id ? 'location' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <Ladder session={session} current={route.message} />
      {part('story') && <Story session={session} shared={shared} />}
      {part('algorithms') && <ChoicesView session={session} shared={shared} />}
      {part('hash') && <HashView session={session} current={route} />}
      {part('keys') && <KeysView session={session} />}
      {part('login') && <LoginView session={session} />}
      {part('channels') && <ChannelsView session={session} />}
      <AuditView session={session} shared={shared} />
    </article>
  );
}

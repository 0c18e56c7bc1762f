/** Channels: what they were for, what was asked in them, and what went through them, to be played again. */
import type { ChannelData, SessionData } from '../data.ts';
import { Facts, Section } from './pieces.tsx';
import { Player } from './player.tsx';
import { linkToSection } from './route.ts';
import { plural } from './words.ts';

export function ChannelsView({ session }: { session: SessionData }) {
  return (
    <Section id="channels" title="Channels" lead="What the encryption was for.">
      {session.channels.map((channel) => (
        <Channel key={channel.id} channel={channel} session={session} />
      ))}
    </Section>
  );
}

function Channel({ channel, session }: { channel: ChannelData; session: SessionData }) {
  return (
    <section class="channel" id={`channel-${channel.id}`} aria-label={`Channel ${channel.id}`}>
      <h3>
        <small>channel {channel.id}</small> {channel.title}
      </h3>
      <Facts facts={channel.facts} />
      {channel.session !== undefined && (
        <p>
          <a href={linkToSection(channel.session)}>Session {channel.session} runs inside it.</a>
        </p>
      )}
      {channel.operations.length > 0 && (
        <ol class="operations">
          {channel.operations.map((o, i) => (
            <li key={i} class={o.side}>
              {o.text} <span class={`verdict ${o.ok === undefined ? 'unknown' : o.ok ? 'success' : 'failure'}`}>{o.status}</span>
            </li>
          ))}
        </ol>
      )}
      {channel.events.some((e) => e.data !== undefined) && <Player channel={channel} session={session} />}
      {channel.missing > 0 && <p class="none">{plural(channel.missing, 'byte')} more, not in this page</p>}
    </section>
  );
}

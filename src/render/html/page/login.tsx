/** The login: every attempt and its proof. */
import type { SessionData } from '../data.ts';
import { Facts, Section } from './pieces.tsx';

export function LoginView({ session }: { session: SessionData }) {
  const { login } = session;
  const who = login.user === undefined ? '' : ` as ${login.user}`;
  const said = { success: `Logged in${who}.`, failure: `Not logged in${who}.`, unknown: `The capture does not tell how the login${who} ended.` }[login.outcome];
  return (
    <Section id="login" title="Login" lead={said}>
      {login.banner.length > 0 && <pre class="peer-banner">{login.banner.join('\n')}</pre>}
      <ol class="attempts">
        {login.attempts.map((attempt, i) => (
          <li key={i} class={attempt.outcome}>
            <h3>
              {attempt.method} <span class={`verdict ${attempt.outcome}`}>{attempt.outcome}</span>
            </h3>
            <Facts facts={attempt.facts} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

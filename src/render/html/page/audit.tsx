/** Security notes: algorithms that are weak, and what is wrong. */
import type { AlgorithmData, SessionData } from '../data.ts';
import { Problems, Section } from './pieces.tsx';
import type { Shared } from './shared.ts';

interface Judged {
  readonly name: string;
  readonly row: AlgorithmData;
}

export function AuditView({ session, shared }: { session: SessionData; shared: Shared }) {
  const choices = session.exchanges.flatMap((e) => e.choices);
  const judged = (names: readonly (string | undefined)[]): Judged[] =>
    [...new Set(names)].flatMap((name) => {
      const row = name === undefined || !Object.hasOwn(shared.data.algorithms, name) ? undefined : shared.data.algorithms[name];
      return name === undefined || row === undefined ? [] : [{ name, row }];
    });
  const agreed = judged(choices.map((c) => c.chosen));
  const bad = (list: readonly Judged[]) => list.filter(({ row }) => row.standing === 'weak' || row.standing === 'broken');
  const offered = (side: 'client' | 'server') => bad(judged(choices.flatMap((c) => c[side]))).filter(({ name }) => !agreed.some((one) => one.name === name));
  return (
    <Section id="notes" title="Security">
      {agreed.length > 0 && (
        <>
          <h3>Agreed</h3>
          <Rows list={agreed} />
        </>
      )}
      {(['client', 'server'] as const).map(
        (side) =>
          offered(side).length > 0 && (
            <div key={side}>
              <h3>
                Weak, offered by the <span class={side}>{side}</span>, not taken
              </h3>
              <Rows list={offered(side)} />
            </div>
          ),
      )}
      <h3>What is wrong or odd</h3>
      {session.problems.length === 0 ? <p>Nothing that sshark knows of.</p> : <Problems problems={session.problems} />}
      {(session.client.hassh ?? session.server.hassh) !== undefined && (
        <dl class="facts">
          {(['client', 'server'] as const).map((side) => (
            <div key={side}>
              <dt>{side === 'client' ? 'HASSH' : 'HASSHServer'}</dt>
              <dd>{session[side].hassh ?? 'not known'}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

function Rows({ list }: { list: readonly Judged[] }) {
  return (
    <ul class="judged">
      {list.map(({ name, row }) => (
        <li key={name}>
          <span class="algorithm">
            <code>{name}</code> <span class={`standing ${row.standing}`}>{row.standing}</span>
          </span>
          <span class="about">
            {row.note} <cite>{row.rfc}</cite>
            {row.since !== undefined && <small> since {row.since}</small>}
          </span>
        </li>
      ))}
    </ul>
  );
}

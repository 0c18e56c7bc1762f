/** Security notes: algorithms that are weak, and what is wrong. */
import type { AlgorithmData, ChoiceData, SessionData } from '../data.ts';
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
  const all = judged(choices.flatMap((c) => [...c.client, ...c.server]));
  const offered = all.filter(({ name, row }) => (row.standing === 'weak' || row.standing === 'broken') && !agreed.some((one) => one.name === name));
  return (
    <Section id="notes" title="Security">
      {agreed.length > 0 && (
        <>
          <h3>Agreed</h3>
          <Rows list={agreed} />
        </>
      )}
      {offered.length > 0 && (
        <>
          <h3>Weak, offered but not taken</h3>
          <Rows list={offered} choices={choices} />
        </>
      )}
      <h3>What else is wrong or odd</h3>
      {session.problems.length === 0 ? <p>Nothing that sshark noticed.</p> : <Problems problems={session.problems} />}
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

/** Algorithms with what is known of them; with `choices` also who offered them. */
function Rows({ list, choices }: { list: readonly Judged[]; choices?: readonly ChoiceData[] }) {
  const by = (name: string, side: 'client' | 'server') => choices?.some((c) => c[side].includes(name)) === true;
  return (
    <ul class="judged">
      {list.map(({ name, row }) => (
        <li key={name}>
          <span class="algorithm">
            <code>{name}</code> <span class={`standing ${row.standing}`}>{row.standing}</span>{' '}
            {(['client', 'server'] as const).map((side) => by(name, side) && <small class={side}>{side} </small>)}
          </span>
          <span class="about">
            {row.note} <cite>{row.rfc}</cite>
            {row.since !== undefined && <cite>, since {row.since}</cite>}
          </span>
        </li>
      ))}
    </ul>
  );
}

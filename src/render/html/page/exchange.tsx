/** Key exchanges: how algorithms were chosen, the exchange hash as a strip of its inputs, the six keys. */
import type { ComponentChildren } from 'preact';
import type { ChoiceData, ExchangeData, InputData, KeyData, SessionData } from '../data.ts';
import { Section } from './pieces.tsx';
import { linkTo, type Route } from './route.ts';
import type { Shared } from './shared.ts';
import { plural } from './words.ts';

/** Each key exchange that `has` something to show; named when there are several. */
function Each({ session, has, children }: { session: SessionData; has: (e: ExchangeData) => boolean; children: (e: ExchangeData) => ComponentChildren }) {
  return (
    <>
      {session.exchanges.filter(has).map((e) => (
        <div key={e.epoch} class="exchange">
          {session.exchanges.length > 1 && (
            <h3>
              Key exchange {e.epoch}: {e.kex ?? 'nothing agreed'}
            </h3>
          )}
          {children(e)}
        </div>
      ))}
    </>
  );
}

// --- negotiation

export function ChoicesView({ session, shared }: { session: SessionData; shared: Shared }) {
  return (
    <Section
      id="algorithms"
      title="How the algorithms were chosen"
      lead="Of each pair of lists the first name of the client’s that the server’s list holds too is taken (RFC 4253 section 7.1)."
    >
      <Each session={session} has={(e) => e.choices.length > 0}>
        {(e) => (
          <ul class="choices-made">
            {e.choices.map((c) => (
              <Choice key={c.title} choice={c} exchange={e} session={session} shared={shared} />
            ))}
          </ul>
        )}
      </Each>
    </Section>
  );
}

function Choice({ choice: c, session, shared }: { choice: ChoiceData; exchange: ExchangeData; session: SessionData; shared: Shared }) {
  const row = c.chosen === undefined || !Object.hasOwn(shared.data.algorithms, c.chosen) ? undefined : shared.data.algorithms[c.chosen];
  const kexinit = (side: 'client' | 'server') => session.messages.find((m) => m.name === 'SSH_MSG_KEXINIT' && m.side === side);
  return (
    <li>
      <details>
        <summary>
          <span class="title">{c.title}</span>
          <code class={c.failed ? 'failed' : ''}>{c.chosen ?? (c.failed ? 'none in common' : 'none')}</code>
          {row !== undefined && <span class={`standing ${row.standing}`}>{row.standing}</span>}
        </summary>
        <p>{c.reason}.</p>
        {row !== undefined && (
          <p>
            {row.note} <cite>{row.rfc}</cite>
          </p>
        )}
        <div class="lists">
          {(['client', 'server'] as const).map((side) => {
            const holder = kexinit(side);
            return (
              <div key={side}>
                <h4 class={side}>{holder === undefined ? side : <a href={linkTo(session.number, { message: holder.id, field: c.field })}>{side}’s list</a>}</h4>
                <ol>
                  {c[side].map((name, i) => (
                    <li key={`${name}${i}`} class={name === c.chosen ? 'taken' : c[side === 'client' ? 'server' : 'client'].includes(name) ? '' : 'alone'}>
                      {name}
                    </li>
                  ))}
                </ol>
              </div>
            );
          })}
        </div>
      </details>
    </li>
  );
}

// --- exchange hash

export function HashView({ session, current }: { session: SessionData; current: Route }) {
  return (
    <Section
      id="hash"
      title="The exchange hash"
      lead="Everything that an attacker might want to change goes into one hash, which the server signs. Both sides compute it for themselves; it is never sent. Each piece leads to its bytes in the capture."
    >
      <Each session={session} has={(e) => e.inputs.length > 0}>
        {(e) => <Hash e={e} session={session} current={current} />}
      </Each>
    </Section>
  );
}

function Hash({ e, session, current }: { e: ExchangeData; session: SessionData; current: Route }) {
  const hash = e.hash ?? 'HASH';
  return (
    <>
      <p class="formula">
        H = {hash}( {e.inputs.map((i) => i.name).join(' ‖ ')}
        {e.missing.map((name) => ` ‖ ${name}?`).join('')} )
      </p>
      <ol class="strip" aria-label="Inputs of the exchange hash">
        {e.inputs.map((i) => (
          <Piece key={i.name} input={i} session={session} current={current} />
        ))}
        {e.missing.map((name) => (
          <li key={name} class="missing">
            <span class="piece">
              <b>{name}</b>
              <small>{name === 'K' ? 'no secret' : 'not in the capture'}</small>
            </span>
          </li>
        ))}
      </ol>
      <ol class="inputs">
        {e.inputs.map((i) => (
          <li key={i.name} class={i.from}>
            <p>
              <b>{i.name}</b> {i.doc} <cite>{i.rfc}</cite>
            </p>
            <p class="value">
              {i.prefix !== '' && (
                <span class="prefix" title="its length, which goes into the hash too">
                  {i.prefix}{' '}
                </span>
              )}
              {i.value ?? `(${plural(i.length, 'byte')}; --show-secrets)`}
            </p>
            <p class="origin">
              {i.kind}, {plural(i.length, 'byte')}; {i.target === undefined ? i.place : <a href={linkTo(session.number, i.target)}>{i.place}</a>}
            </p>
          </li>
        ))}
      </ol>
      <Outcome e={e} />
    </>
  );
}

/** A piece of the strip, as wide as the logarithm of its length. */
function Piece({ input: i, session, current }: { input: InputData; session: SessionData; current: Route }) {
  const inside = (
    <>
      <b>{i.name}</b>
      <small>{plural(i.length, 'byte')}</small>
    </>
  );
  const at = i.target !== undefined && i.target.message === current.message && i.target.field === current.field;
  return (
    <li class={i.from} style={{ flexGrow: Math.log2(i.length + 2) }}>
      {i.target === undefined ? (
        <span class="piece">{inside}</span>
      ) : (
        <a class="piece" href={linkTo(session.number, i.target)} aria-current={at ? 'true' : undefined} title={i.doc}>
          {inside}
        </a>
      )}
    </li>
  );
}

function Outcome({ e }: { e: ExchangeData }) {
  const { verdict, algorithm, reason } = e.signature;
  return (
    <dl class="facts outcome">
      <div>
        <dt>H</dt>
        <dd class="mono">{e.exchangeHash ?? 'not computable without K'}</dd>
      </div>
      {e.sessionId !== undefined && (
        <div>
          <dt>session id</dt>
          <dd class="mono">{e.epoch === 1 ? 'this H, for the whole session' : e.sessionId}</dd>
        </div>
      )}
      {e.secret !== undefined && (
        <div>
          <dt>K from</dt>
          <dd>{e.secret}</dd>
        </div>
      )}
      {e.hostKey.length > 0 && (
        <div>
          <dt>host key</dt>
          <dd>{e.hostKey.map(([, text]) => text).join(', ')}</dd>
        </div>
      )}
      <div>
        <dt>signature</dt>
        <dd>
          <span class={`verdict ${verdict}`}>{verdict}</span> {algorithm}: {reason}
        </dd>
      </div>
      {e.culprit.map((text) => (
        <div key={text}>
          <dt>culprit</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

// --- keys

export function KeysView({ session }: { session: SessionData }) {
  return (
    <Section
      id="keys"
      title="The keys"
      lead="K is not the key. From K, H and the session id both sides derive six, by one letter each (RFC 4253 section 7.2), and cut them to the length that the algorithm takes."
    >
      <Each session={session} has={(e) => e.keys.length > 0}>
        {(e) => (
          <div class="key-table">
            {(['client', 'server'] as const).map((side) => (
              <div key={side} class={side}>
                <h3>{side === 'client' ? 'client to server' : 'server to client'}</h3>
                {e.keys
                  .filter((k) => k.side === side)
                  .map((k) => (
                    <Key key={k.letter} k={k} hash={e.hash ?? 'HASH'} />
                  ))}
              </div>
            ))}
          </div>
        )}
      </Each>
    </Section>
  );
}

const STATES: Readonly<Record<KeyData['state'], string>> = {
  shown: '',
  hidden: 'known, not shown: --show-secrets',
  unknown: 'not known: no secret',
  unused: 'not used by this algorithm',
};

function Key({ k, hash }: { k: KeyData; hash: string }) {
  return (
    <div class={k.state === 'unused' ? 'key unused' : 'key'}>
      <span class="letter" aria-hidden="true">
        {k.letter}
      </span>
      <div>
        <h4>{k.use.replace(/,.*/, '')}</h4>
        <p class="mono">{k.formula.replace('HASH', hash)}</p>
        <p>
          {k.length === 0 ? '' : `${plural(k.length, 'byte')} for ${k.algorithm}; `}
          {k.value === undefined ? STATES[k.state] : <span class="mono">{k.value}</span>}
        </p>
      </div>
    </div>
  );
}

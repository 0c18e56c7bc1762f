/** The message that is selected: what it is, its fields, its bytes. Pointing at a field shows its bytes, and the other way round. */
import { useMemo, useState } from 'preact/hooks';
import { fromBase64 } from '../../../bytes/base64.ts';
import type { BytesData, InnerData, MessageData, SessionData } from '../data.ts';
import { leafAt, type Row, rowAt, rowsOf } from './fields.ts';
import { Choices } from './header.tsx';
import { Hex } from './hex.tsx';
import { Facts, isIn, Lock, Notes, Problems } from './pieces.tsx';
import { linkTo, linkToSection } from './route.ts';
import { goTo, type Shared } from './shared.ts';
import { Tree } from './tree.tsx';
import { notesFor, timeText } from './words.ts';

interface Props {
  readonly session: SessionData;
  readonly message: MessageData;
  readonly field: string | undefined;
  readonly shared: Shared;
}

export function Inspector({ session, message: m, field, shared }: Props) {
  const notes = notesFor(m.notes, shared.level);
  const at = session.messages.indexOf(m);
  return (
    <div class={`message ${m.side} ${m.phase}`}>
      <div class="head">
        <p class="route">
          <span class={m.side}>{m.side}</span> <span aria-hidden="true">{m.side === 'client' ? '→ server' : '→ client'}</span>
          <span class="moment">
            {timeText(m.time)}, {m.frames.length > 1 ? `frames ${m.frames.join(', ')}` : `frame ${m.frames[0] ?? '?'}`}
          </span>
        </p>
        <div class="steps">
          <Step session={session} to={at - 1} label="Message before" sign="↑" />
          <Step session={session} to={at + 1} label="Next message" sign="↓" />
          <button type="button" aria-label="Close" onClick={() => goTo(linkToSection(session.number))}>
            ×
          </button>
        </div>
        <h2>
          {m.encrypted && <Lock />}
          {m.name}
        </h2>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and who has no pointer must be able to scroll it */}
      <section class="meaning" aria-label="Explanation" tabIndex={0}>
        <p class="summary">{m.summary}</p>
        <Notes notes={notes} session={session} shared={shared} beside={m.id} />
        <Problems problems={m.problems} />
        {m.answers !== undefined && isIn(session, m.answers) && (
          <p class="sources">
            <a href={linkTo(session.number, { message: m.answers })}>answers {m.answers.replace('-', ' ')}</a>
          </p>
        )}
        {shared.level !== 'brief' && <Facts facts={m.facts} />}
      </section>
      <Bytes session={session} message={m} field={field} docs={shared.data.texts} />
      {m.inner.map((inner, i) => (
        <Inner key={i} inner={inner} docs={shared.data.texts} />
      ))}
    </div>
  );
}

function Step({ session, to, label, sign }: { session: SessionData; to: number; label: string; sign: string }) {
  const target = session.messages[to];
  return (
    <button
      type="button"
      aria-label={label}
      disabled={target === undefined}
      onClick={() => target !== undefined && goTo(linkTo(session.number, { message: target.id }))}
    >
      {sign}
    </button>
  );
}

type Which = 'clear' | 'wire';

function Bytes({ session, message: m, field, docs }: { session: SessionData; message: MessageData; field: string | undefined; docs: readonly string[] }) {
  const rows = useMemo(() => rowsOf(m.fields), [m]);
  const [which, setWhich] = useState<Which>('clear');
  const choose = (row: Row | undefined) => goTo(linkTo(session.number, { message: m.id, ...(row === undefined ? {} : { field: row.path }) }));
  const dumps = [
    {
      title: m.wire === undefined ? 'Bytes' : which === 'clear' ? 'Bytes, decrypted' : 'Bytes on the wire',
      bytes: which === 'wire' && m.wire !== undefined ? m.wire : m.bytes,
      inflated: false,
    },
    ...(m.inflated === undefined ? [] : [{ title: 'After decompression', bytes: m.inflated, inflated: true }]),
  ];
  return (
    <Pointed rows={rows} chosen={rowAt(rows, field)} choose={choose} dumps={dumps} docs={docs}>
      {m.wire !== undefined && (
        <Choices
          label="Show"
          values={['clear', 'wire'] as const}
          value={which}
          choose={(one) => setWhich(one)}
          title={(w) => (w === 'clear' ? 'what was inside' : 'what an eavesdropper sees')}
        />
      )}
    </Pointed>
  );
}

interface Dump {
  readonly title: string;
  readonly bytes: BytesData;
  readonly inflated: boolean;
}

interface PointedProps {
  readonly rows: readonly Row[];
  readonly chosen: Row | undefined;
  choose(row: Row | undefined): void;
  readonly dumps: readonly Dump[];
  readonly docs: readonly string[];
  readonly children?: preact.ComponentChildren;
}

/** A tree and the dumps that its fields point into: what the pointer is on is lit in both. */
function Pointed({ rows, chosen, choose, dumps, docs, children }: PointedProps) {
  const [under, setUnder] = useState<Row | undefined>(undefined);
  const lit = under ?? chosen;
  const doc = lit?.field.doc === undefined ? undefined : docs[lit.field.doc];
  return (
    <div class="bytes">
      <Tree rows={rows} lit={lit} chosen={chosen} point={setUnder} choose={choose} />
      <p class="field-doc" aria-live="polite">
        {lit === undefined ? 'Point at a field or at a byte.' : <FieldWords row={lit} doc={doc} />}
      </p>
      {dumps.map((dump, i) => (
        <Hex
          key={dump.title}
          dump={decode(dump.bytes)}
          length={dump.bytes.length}
          title={dump.title}
          rows={rows.filter((row) => row.inflated === dump.inflated)}
          lit={lit?.inflated === dump.inflated ? lit : undefined}
          point={(offset) => setUnder(offset === undefined ? undefined : leafAt(rows, offset, dump.inflated))}
          choose={(offset) => choose(leafAt(rows, offset, dump.inflated))}
        >
          {i === 0 ? children : undefined}
        </Hex>
      ))}
    </div>
  );
}

function FieldWords({ row, doc }: { row: Row; doc: string | undefined }) {
  const [start, end] = row.field.span;
  return (
    <>
      <b>{row.field.name}</b> {doc ?? ''} <span class="range">{end - start === 1 ? '1 byte' : `${end - start} bytes`}</span>
    </>
  );
}

function Inner({ inner, docs }: { inner: InnerData; docs: readonly string[] }) {
  const rows = useMemo(() => rowsOf(inner.fields), [inner]);
  const [chosen, setChosen] = useState<Row | undefined>(undefined);
  return (
    <section class="inner" aria-label={`Inside: ${inner.name}`}>
      <h3>
        {inner.name} <small>{inner.protocol}, inside the channel</small>
      </h3>
      <p class="summary">{inner.summary}</p>
      <Pointed rows={rows} chosen={chosen} choose={setChosen} dumps={[{ title: `Bytes of ${inner.name}`, bytes: inner.bytes, inflated: false }]} docs={docs} />
    </section>
  );
}

const decoded = new WeakMap<BytesData, Uint8Array>();

function decode(bytes: BytesData): Uint8Array {
  const known = decoded.get(bytes);
  if (known !== undefined) return known;
  const made = fromBase64(bytes.data);
  decoded.set(bytes, made);
  return made;
}

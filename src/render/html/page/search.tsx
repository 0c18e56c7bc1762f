/** The search box and what it finds. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Found, find } from './find.ts';
import { linkTo } from './route.ts';
import type { Shared } from './shared.ts';

/** Results shown at one time. */
const MOST = 40;

export function Search({ shared }: { shared: Shared }) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const results = useMemo(() => find(shared.data, query, MOST), [shared.data, query]);
  const showing = open && query.trim().length >= 2;
  useEffect(() => {
    document.getElementById(`result-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const take = (i: number) => {
    const one = results[i];
    if (one === undefined) return;
    location.hash = linkTo(one.session.number, one.target);
    setOpen(false);
    document.getElementById('search')?.blur();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      if (query === '') document.getElementById('search')?.blur();
      setQuery('');
      setOpen(false);
    } else if (event.key === 'Enter') take(at);
    else if (event.key === 'ArrowDown') setAt(Math.min(results.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else return;
    event.preventDefault();
  };
  return (
    <search class="search" ref={box} onFocusOut={(event: FocusEvent) => box.current?.contains(event.relatedTarget as Node | null) !== true && setOpen(false)}>
      <input
        id="search"
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: without a list of its own it is a search box by nature, and no combobox
        role="combobox"
        list={undefined}
        aria-label="Search messages, fields, explanations and bytes"
        aria-expanded={showing}
        aria-controls="results"
        aria-activedescendant={showing && results.length > 0 ? `result-${at}` : undefined}
        aria-autocomplete="list"
        placeholder="Search: a word, a frame, bytes in hex"
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={pressed}
      />
      <kbd>/</kbd>
      {showing && <Results shared={shared} query={query} results={results} at={at} take={take} />}
    </search>
  );
}

interface ResultsProps {
  readonly shared: Shared;
  readonly query: string;
  readonly results: readonly Found[];
  readonly at: number;
  take(i: number): void;
}

function Results({ shared, query, results, at, take }: ResultsProps) {
  return (
    <div class="results" id="results" role="listbox" aria-label="Found">
      {results.length === 0 && <p class="none">Nothing holds “{query.trim()}”.</p>}
      {results.map(({ session, message, excerpt }, i) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the box keeps the focus, and aria-activedescendant tells which option is meant
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box takes the keys
        <div
          key={`${session.number}/${message.id}`}
          id={`result-${i}`}
          role="option"
          aria-selected={i === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(i)}
        >
          <b class={message.side}>{message.name}</b>
          <span class="where">
            {shared.data.sessions.length > 1 ? `session ${session.number}, ` : ''}
            {message.id.replace('-', ' ')}
          </span>
          <span class="excerpt">{excerpt}</span>
        </div>
      ))}
      {results.length === MOST && <p class="none">The first {MOST}; say more to see others.</p>}
    </div>
  );
}

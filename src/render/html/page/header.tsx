/** The bar at the top: the file, search, level and colours. */
import { useEffect, useState } from 'preact/hooks';
import type { Level } from '../../../explain/note.ts';
import { Search } from './search.tsx';
import type { Shared } from './shared.ts';
import { LEVEL_NAMES } from './words.ts';

const MEANINGS: Readonly<Record<Level, string>> = {
  brief: 'what happened',
  student: 'and why',
  deep: 'and every detail',
};

const THEMES = ['auto', 'light', 'dark'] as const;

export function Header({ shared, setLevel }: { shared: Shared; setLevel: (level: Level) => void }) {
  const [theme, setTheme] = useState<(typeof THEMES)[number]>('auto');
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <header class="top">
      <p class="brand">
        <b>sshark</b> <span class="file">{shared.data.file}</span>
      </p>
      <Search shared={shared} />
      <Choices label="Explain" values={LEVEL_NAMES} value={shared.level} choose={setLevel} title={(level) => MEANINGS[level]} />
      <Choices label="Colours" values={THEMES} value={theme} choose={(one) => setTheme(one)} />
    </header>
  );
}

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly value: T;
  choose(value: T): void;
  title?(value: T): string;
}

/** A few words of which one is chosen. */
export function Choices<T extends string>({ label, values, value, choose, title }: ChoicesProps<T>) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {values.map((one) => (
        <button key={one} type="button" aria-pressed={one === value} title={title?.(one)} onClick={() => choose(one)}>
          {one}
        </button>
      ))}
    </fieldset>
  );
}

/** The field tree (a tree of WAI-ARIA): up and down, left and right, Home and End move in it. */
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Row } from './fields.ts';

interface Props {
  readonly rows: readonly Row[];
  /** Under the pointer, or chosen. */
  readonly lit: Row | undefined;
  readonly chosen: Row | undefined;
  point(row: Row | undefined): void;
  choose(row: Row | undefined): void;
}

export function Tree({ rows, lit, chosen, point, choose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    const element = lit === undefined ? null : box.current?.querySelector(`[data-row="${rows.indexOf(lit)}"]`);
    if (element instanceof HTMLElement && box.current !== null) reveal(box.current, element);
  }, [lit, rows]);

  const rowOf = (target: EventTarget | null): Row | undefined => {
    const element = target instanceof Element ? target.closest('[data-row]') : null;
    return element instanceof HTMLElement ? rows[Number(element.dataset.row)] : undefined;
  };
  const pressed = (event: KeyboardEvent) => {
    const to = moved(rows, chosen, event.key);
    if (to === undefined) return;
    event.preventDefault();
    point(undefined);
    choose(to);
  };
  return (
    <div
      class="tree"
      ref={box}
      role="tree"
      aria-label="Fields"
      tabIndex={0}
      aria-activedescendant={chosen === undefined ? undefined : `${id}-${rows.indexOf(chosen)}`}
      onPointerOver={(event) => point(rowOf(event.target))}
      onPointerLeave={() => point(undefined)}
      onClick={(event) => choose(rowOf(event.target))}
      onKeyDown={pressed}
    >
      {rows.map((row, i) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the tree keeps the focus, and aria-activedescendant tells which field is meant
        <div
          key={i}
          id={`${id}-${i}`}
          data-row={i}
          role="treeitem"
          aria-level={row.depth + 1}
          aria-selected={row === chosen}
          class={row === lit ? 'lit' : lit !== undefined && row.path.startsWith(`${lit.path}/`) ? 'within' : ''}
          style={{ paddingLeft: `${0.6 + row.depth * 1.1}rem` }}
        >
          <span class={row.field.name.startsWith('(') ? 'field ours' : 'field'}>{row.field.name}</span> <span class="value">{row.field.value}</span>
        </div>
      ))}
    </div>
  );
}

/** Where a key leads to from `from`; undefined for keys that mean nothing here. */
function moved(rows: readonly Row[], from: Row | undefined, key: string): Row | undefined {
  const at = from === undefined ? -1 : rows.indexOf(from);
  if (key === 'ArrowDown') return rows[at + 1];
  if (key === 'ArrowUp') return rows[at - 1];
  if (key === 'Home') return rows[0];
  if (key === 'End') return rows.at(-1);
  if (key === 'ArrowRight') return rows[at + 1]?.depth === (from?.depth ?? -1) + 1 ? rows[at + 1] : undefined;
  if (key === 'ArrowLeft' && from !== undefined) return rows.slice(0, at).findLast((row) => row.depth < from.depth);
  return undefined;
}

/** Scrolls `box` when `element` is not in sight, so that some of what stands above and more of what stands below it is. */
export function reveal(box: HTMLElement, element: HTMLElement): void {
  const [outer, inner] = [box.getBoundingClientRect(), element.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - outer.height / 4;
}

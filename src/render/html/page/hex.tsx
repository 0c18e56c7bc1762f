/** The hex dump. Bytes of neighbouring fields differ in shade; those of the lit field stand out. */
import { Component, type ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Row } from './fields.ts';
import { reveal } from './tree.tsx';
import { offsetText, plural } from './words.ts';

interface Props {
  readonly dump: Uint8Array;
  /** Bytes there are, more than `dump` when it is cut. */
  readonly length: number;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly lit: Row | undefined;
  point(offset: number | undefined): void;
  choose(offset: number): void;
  readonly children?: ComponentChildren;
}

export function Hex({ dump, length, title, rows, lit, point, choose, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const columns = useColumns(box);
  const shades = useMemo(() => shadesOf(dump.length, rows), [dump, rows]);
  const [start, end] = lit?.field.span ?? [-1, -1];
  useEffect(() => {
    const element = start < 0 ? null : box.current?.querySelector(`[data-at="${Math.min(start, dump.length - 1)}"]`);
    if (element instanceof HTMLElement && box.current !== null) reveal(box.current, element);
  }, [start, dump]);

  const offsetOf = (target: EventTarget | null): number | undefined => {
    const at = target instanceof HTMLElement ? target.dataset.at : undefined;
    return at === undefined ? undefined : Number(at);
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    // Sideways goes from field to field, up and down from line to line.
    const sideways = Math.abs(step) === 1 ? (step < 0 ? start - 1 : end) : Math.max(0, start) + step;
    choose(Math.max(0, Math.min(dump.length - 1, start < 0 ? 0 : sideways)));
  };
  const lines = Array.from({ length: Math.ceil(dump.length / columns) }, (_, i) => i * columns);
  return (
    <div class="hex">
      <div class="hex-title">
        <h3>
          {title} <small>{plural(length, 'byte')}</small>
        </h3>
        {children}
      </div>
      <div
        class="dump"
        ref={box}
        role="application"
        aria-label={`${title}; arrows go from field to field`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move in it
        tabIndex={0}
        onPointerOver={(event) => point(offsetOf(event.target))}
        onPointerLeave={() => point(undefined)}
        onClick={(event) => {
          const at = offsetOf(event.target);
          if (at !== undefined) choose(at);
        }}
        onKeyDown={pressed}
      >
        {lines.map((at) => (
          <Line key={at} dump={dump} shades={shades} at={at} columns={columns} from={Math.max(start, at)} to={Math.min(end, at + columns)} />
        ))}
        {dump.length < length && <p class="none">{plural(length - dump.length, 'byte')} more, not in this page</p>}
      </div>
    </div>
  );
}

interface LineProps {
  readonly dump: Uint8Array;
  readonly shades: Uint8Array;
  readonly at: number;
  readonly columns: number;
  readonly from: number;
  readonly to: number;
}

/** One line; drawn anew only when what is lit in it changes. */
class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const { dump, shades, columns, from, to } = this.props;
    const [was, is] = [from < to, next.from < next.to];
    return dump !== next.dump || shades !== next.shades || columns !== next.columns || was !== is || (is && (from !== next.from || to !== next.to));
  }

  render() {
    const { dump, shades, at, columns, from, to } = this.props;
    const offsets = Array.from({ length: Math.min(columns, dump.length - at) }, (_, i) => at + i);
    const classOf = (offset: number, i: number) => {
      const lit = offset >= from && offset < to;
      return `${SHADES[shades[offset] ?? 0]}${lit ? ' lit' : ''}${i === 8 ? ' mid' : ''}`;
    };
    return (
      <div class="line">
        <span class="offset">{offsetText(at)}</span>
        <span class="digits">
          {offsets.map((offset, i) => (
            <span key={offset} class={classOf(offset, i)} data-at={offset}>
              {(dump[offset] ?? 0).toString(16).padStart(2, '0')}
            </span>
          ))}
        </span>
        <span class="ascii">
          {offsets.map((offset) => (
            <span key={offset} class={classOf(offset, 0)} data-at={offset}>
              {ascii(dump[offset] ?? 0)}
            </span>
          ))}
        </span>
      </div>
    );
  }
}

const SHADES = ['even', 'odd', 'frame'] as const;

/** For each byte the number of its shade: the frame of a packet is apart, the fields take turns. */
function shadesOf(length: number, rows: readonly Row[]): Uint8Array {
  const shades = new Uint8Array(length);
  let turn = 0;
  for (const { field, leaf, depth } of rows) {
    if (!leaf) continue;
    const frame = depth === 0 && ['packetLength', 'paddingLength', 'padding', 'mac'].includes(field.name);
    shades.fill(frame ? 2 : turn++ % 2, Math.min(length, field.span[0]), Math.min(length, field.span[1]));
  }
  return shades;
}

function ascii(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

/** Bytes in a line: sixteen where there is room, else eight. */
function useColumns(box: { readonly current: HTMLElement | null }): number {
  const [columns, setColumns] = useState(16);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      const em = Number.parseFloat(getComputedStyle(element).fontSize);
      setColumns(element.clientWidth >= em * 0.62 * 74 ? 16 : 8);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return columns;
}

/** The handshake and the login as a sequence diagram in the language of Mermaid. */
import { printable, shorten } from '../../bytes/printable.ts';
import type { Identification, Packet, Session, Side } from '../../ssh/model.ts';
import type { Renderer, RenderOptions } from '../renderer.ts';
import { count, endpointText, sideOf } from '../text.ts';

/** Arrows of one diagram; more cannot be read. */
const MOST_ARROWS = 100;
const LABEL = 100;

/** One diagram for each session, at its end. */
export function mermaidRenderer(_options: RenderOptions): Renderer {
  const diagrams = new Map<number, Diagram>();
  const of = (s: Session) => {
    const diagram = diagrams.get(s.number) ?? new Diagram();
    diagrams.set(s.number, diagram);
    return diagram;
  };
  return {
    identification: (i) => {
      of(i.session).identification(i);
      return '';
    },
    packet: (p) => {
      of(p.session).packet(p);
      return '';
    },
    session: (s) => {
      const diagram = of(s);
      diagrams.delete(s.number);
      return `${diagram.finish(s).join('\n')}\n\n`;
    },
  };
}

/** The arrows of one session, as they come. */
class Diagram {
  private readonly arrows: string[] = [];
  private leftOut = 0;
  /** Packets that are not drawn: those that were not opened, and the messages of channels. */
  private readonly sealed: Record<Side, number> = { client: 0, server: 0 };
  private readonly later: Record<Side, number> = { client: 0, server: 0 };

  identification(i: Identification): void {
    this.arrow(sideOf(i), `${shorten(i.text, LABEL)} (frame ${i.frame})`);
  }

  packet(p: Packet): void {
    const { number, side } = p;
    if (number === undefined) this.sealed[side]++;
    else if (number >= 80 && p.protocol === 2) this.later[side]++;
    else {
      this.arrow(side, `${p.name ?? '?'} (frame ${p.frame}${p.encrypted ? ', encrypted' : ''})`);
      if (number === 21 && p.protocol === 2) this.note(`from here on the ${side} encrypts`);
    }
  }

  /** The whole diagram as lines. */
  finish(s: Session): string[] {
    const rest = [
      ...notDrawn(this.later, 'more message', 'on channels'),
      ...notDrawn(this.sealed, 'packet', 'that could not be opened'),
      ...(this.leftOut > 0 ? [`${count(this.leftOut, 'more arrow')} not drawn`] : []),
    ];
    for (const side of ['client', 'server'] as const) {
      const { bytes, packets } = s[side].decryption;
      if (packets === 0 && bytes > 0) rest.push(`${count(bytes, 'encrypted byte')} from the ${side}`);
    }
    return [
      'sequenceDiagram',
      `    participant C as ${label(`client ${endpointText(s.client)}`)}`,
      `    participant S as ${label(`server ${endpointText(s.server)}`)}`,
      '    Note over C,S: nothing is encrypted yet',
      ...this.arrows,
      ...rest.map(noteLine),
      noteLine(s.ending),
    ];
  }

  private arrow(side: Side, text: string): void {
    if (this.arrows.length >= MOST_ARROWS) this.leftOut++;
    else this.arrows.push(`    ${side === 'client' ? 'C->>S' : 'S->>C'}: ${label(text)}`);
  }

  private note(text: string): void {
    if (this.arrows.length < MOST_ARROWS) this.arrows.push(noteLine(text));
  }
}

function notDrawn(counts: Readonly<Record<Side, number>>, one: string, what: string): string[] {
  return (['client', 'server'] as const).flatMap((side) => (counts[side] === 0 ? [] : [`${count(counts[side], one)} from the ${side} ${what}`]));
}

function noteLine(text: string): string {
  return `    Note over C,S: ${label(text)}`;
}

/** `text` in a diagram: what means something to Mermaid or to HTML stands as a character code. */
function label(text: string): string {
  const coded = shorten(printable(text), LABEL + 40).replace(/[^\p{L}\p{N} .,:_@/()+=-]/gu, (c) => `#${c.codePointAt(0)};`);
  // As a word of its own it would close a block.
  return coded.replace(/\b(e)(nd)\b/gi, (_, e: string, nd: string) => `#${e.codePointAt(0)};${nd}`);
}

/** From the results of a dissection to text. */
import type { Timestamp } from '../src/capture/frame.ts';
import type { Renderer } from '../src/render/renderer.ts';
import type { CaptureTotals, Session, Sink } from '../src/ssh/model.ts';
import type { Problem } from '../src/wire/problem.ts';
import type { Output } from './output.ts';

/** Which results are printed: the sessions asked for (all when undefined), and their packets or not. */
export interface Wanted {
  readonly sessions: ReadonlySet<number> | undefined;
  readonly packets: boolean;
}

/** Whether `session` was asked for. */
export function isWanted({ sessions }: Pick<Wanted, 'sessions'>, session: Session): boolean {
  return sessions === undefined || sessions.has(session.number);
}

/** Takes the results of the sessions asked for to the renderer, and notes what `--strict` fails for. */
export class Results {
  /** Something is wrong or cut off. A session's problems hold those of its packets. */
  failed = false;
  /** When the session began that the first row is of. */
  origin: Timestamp | undefined;
  private renderer: Renderer;
  private readonly wanted: Wanted;
  private print: (what: string | Uint8Array) => void;

  /** What `renderer` makes of the results goes to `print`. */
  constructor(renderer: Renderer, wanted: Wanted, print: (what: string | Uint8Array) => void) {
    this.renderer = renderer;
    this.wanted = wanted;
    this.print = print;
  }

  /** From now on results go to another renderer, which makes something of the same kinds of them. */
  divert(renderer: Renderer, print: (what: string | Uint8Array) => void): void {
    this.renderer = renderer;
    this.print = print;
  }

  /** Packets are not even asked for when they are not shown. */
  get sink(): Sink {
    const { identification, packet } = this.wanted.packets ? this.renderer : {};
    return {
      ...(identification === undefined ? {} : { identification: (i) => this.showsRow(i.session) && this.print(this.renderer.identification?.(i) ?? '') }),
      ...(packet === undefined ? {} : { packet: (p) => this.showsRow(p.session) && this.print(this.renderer.packet?.(p) ?? '') }),
      session: (s) => {
        if (!isWanted(this.wanted, s)) return;
        this.look(s.problems);
        this.print(this.renderer.session?.(s) ?? '');
      },
      transfer: (t) => {
        if (isWanted(this.wanted, t.session)) this.print(this.renderer.transfer?.(t) ?? '');
      },
    };
  }

  /** Looks for what `--strict` fails for. */
  look(problems: readonly Problem[]): void {
    this.failed ||= problems.some((p) => p.severity === 'error' || p.code === 'truncated');
  }

  private showsRow(s: Session): boolean {
    if (!isWanted(this.wanted, s)) return false;
    this.origin ??= s.flow.start;
    return true;
  }
}

/** The output of a run: what stands before and after the results, and they in their order. */
export class Page {
  private readonly renderer: Renderer;
  private readonly output: Output;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private begun = false;

  constructor(renderer: Renderer, output: Output) {
    this.renderer = renderer;
    this.output = output;
  }

  /** The beginning is printed with the first result: of what is no capture nothing is printed. */
  print(what: string | Uint8Array): void {
    if (!this.begun) this.output.write(this.renderer.begin?.() ?? '');
    this.begun = true;
    if (typeof what === 'string') this.output.write(what);
    else this.output.writeBytes(what);
  }

  /** Prints what a renderer of parts gave, as a string or in UTF-8. */
  join(part: string | Uint8Array): void {
    if (part.length === 0) return;
    if (this.renderer.join === undefined) this.print(part);
    else this.print(this.renderer.join(typeof part === 'string' ? part : this.decoder.decode(part)));
  }

  /** The input was read to its end. */
  finish(totals: CaptureTotals): void {
    this.print(this.renderer.capture?.(totals) ?? '');
    this.print(this.renderer.end?.() ?? '');
  }
}

/** What a renderer is. */
import type { Timestamp } from '../capture/frame.ts';
import type { Level } from '../explain/note.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { SecretStore } from '../secrets/store.ts';
import type { CaptureTotals, Identification, Packet, Session, Side, Transfer } from '../ssh/model.ts';

/** Turns results into text as they come. Every method gives the text to print next, '' for nothing; of a packet it may be bytes as they are. */
export interface Renderer {
  begin?(): string;
  identification?(identification: Identification): string;
  packet?(packet: Packet): string | Uint8Array;
  session?(session: Session): string;
  transfer?(transfer: Transfer): string;
  capture?(totals: CaptureTotals): string;
  end?(): string;
  /** The text to print for a part (`RendererRow.parts`), called in the order of the results. Without it a part is the text. */
  join?(part: string): string;
}

/** What a user may choose about the output. Each renderer looks at what concerns it. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns of the terminal; undefined when there is none, and then no line is cut to fit. */
  readonly width: number | undefined;
  /** Bytes or characters of one value, at most; undefined for whole values (and for what the tree takes as its default). */
  readonly maxBytes: number | undefined;
  /** Hex dump of each packet. */
  readonly hex: boolean;
  /** What each field is for, under it in the tree. */
  readonly docs: boolean;
  /** Times as UTC, not as seconds since the first session shown began. */
  readonly absoluteTime: boolean;
  /** The start of the first session shown, when the renderer does not see it itself. */
  readonly origin: Timestamp | undefined;
  /** Columns of the `fields` format, by name. */
  readonly fields: readonly string[];
  readonly separator: string;
  readonly header: boolean;
  /** Never one line for each session, however many there are. */
  readonly full: boolean;
  /** Print K and the keys that follow from it. */
  readonly showSecrets: boolean;
  /** Only this key exchange of each session, from 1. */
  readonly exchange: number | undefined;
  /** An input of the exchange hash in which a bit is flipped, and the index of the bit. */
  readonly tamper: { readonly field: string; readonly bit: number } | undefined;
  /** Only this channel of each session, as in `Channel.id`. */
  readonly channel: number | undefined;
  /** The stream of a channel whose bytes are written. */
  readonly stream: Stream;
  /** Also what was typed. */
  readonly input: boolean;
  /** How much is explained. */
  readonly level: Level;
  readonly limits: Limits;
  /** What came of a file that moved, when files are written. */
  readonly extracted: ((transfer: Transfer) => ExtractedFile | undefined) | undefined;
  /** Messages in a page, at most; undefined for what the page takes as its default. */
  readonly maxPackets: number | undefined;
}

/** A stream of a channel: what each side sent, and the extended data (RFC 4254 section 5.2), in practice stderr. */
export type Stream = Side | 'stderr';

/** A renderer that gives text only. */
export interface TextRenderer extends Renderer {
  packet?(packet: Packet): string;
}

/** A file that was written. */
export interface ExtractedFile {
  /** Its path below the folder, with `/`; undefined when nothing was written. */
  readonly file: string | undefined;
  /** SHA-256 of its content in hex; undefined for one with holes. */
  readonly sha256: string | undefined;
}

export const DEFAULT_RENDER_OPTIONS: RenderOptions = {
  color: false,
  width: undefined,
  maxBytes: undefined,
  hex: false,
  docs: false,
  absoluteTime: false,
  origin: undefined,
  fields: [],
  separator: '\t',
  header: false,
  full: false,
  showSecrets: false,
  exchange: undefined,
  tamper: undefined,
  channel: undefined,
  stream: 'server',
  input: false,
  level: 'student',
  limits: DEFAULT_LIMITS,
  extracted: undefined,
  maxPackets: undefined,
};

/** The commands; each prints through a renderer. */
export type CommandName = 'summary' | 'packets' | 'explain' | 'kex' | 'follow' | 'extract' | 'annotate' | 'report' | 'secrets';

/** A renderer in the menu of formats. */
export interface RendererRow {
  readonly name: string;
  readonly description: string;
  /** The commands that offer it. */
  readonly commands: readonly CommandName[];
  /** `secrets` are those of the run, for renderers that tell what came of them. */
  make(options: RenderOptions, secrets?: SecretStore): Promise<Renderer>;
  /**
   * A renderer of only some of the sessions, of which there may be several in one run, in threads of their own. What it gives are
   * parts: text that `Renderer.join` of the whole makes into what is printed. Undefined when sessions cannot be told of apart.
   */
  parts?(options: RenderOptions): Promise<TextRenderer>;
}

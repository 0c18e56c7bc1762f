/** A message of a protocol inside a channel: its length, its type, and what its declaration reads behind them. */
import type { Space } from '../bytes/space.ts';
import { type MessageDef, opaque } from '../ssh/message.ts';
import type { InnerMessage } from '../ssh/model.ts';
import type { Codec } from '../wire/codec.ts';
import { decode } from '../wire/cursor.ts';
import type { Field } from '../wire/field.ts';
import { type Problem, problem } from '../wire/problem.ts';
import type { FramedBytes } from './framing.ts';

/** Where the type stands, and where the body of a declaration begins. */
const TYPE = 4;
const BODY = 5;

/** A framed message, decoded as its declaration says. The tree is made when asked for. */
export class FramedMessage implements InnerMessage {
  readonly protocol: string;
  readonly def: MessageDef | undefined;
  /** `value`, or what stands for it with those who follow the protocol: without copies of what is large. */
  readonly gist: Readonly<Record<string, unknown>>;
  readonly problems: Problem[];
  /** It holds a password or a private key. */
  readonly secret: boolean;
  /** A word for the summary that the message does not hold: what it answers, the path behind a handle. */
  context: string | undefined;
  answers: InnerMessage['answers'] = undefined;
  private readonly framed: FramedBytes;
  private made: Readonly<Record<string, unknown>> | undefined = undefined;

  /**
   * `def` is undefined for a type that nobody has declared: its content is kept as bytes. `gist` is given for a message that is known
   * to be as declared and to hold no secret; its value is made when asked for.
   */
  constructor(protocol: string, def: MessageDef | undefined, framed: FramedBytes, context?: string, gist?: Readonly<Record<string, unknown>>) {
    this.protocol = protocol;
    this.def = def;
    this.framed = framed;
    this.context = context;
    if (gist !== undefined) {
      this.gist = gist;
      this.secret = false;
      this.problems = [];
      return;
    }
    const d = this.decode(false);
    this.made = d.value as Record<string, unknown>;
    this.gist = this.made;
    this.secret = d.secret;
    this.problems = d.problems.length === 0 && def !== undefined ? [] : [...d.problems];
    if (def === undefined)
      this.problems.push(problem('unknown', `message type ${this.number} has no meaning known here`, { span: { start: TYPE, end: BODY } }));
  }

  get number(): number {
    return this.framed.type;
  }

  get value(): Readonly<Record<string, unknown>> {
    this.made ??= this.decode(false).value as Record<string, unknown>;
    return this.made;
  }

  get name(): string {
    return this.def?.name ?? `${this.protocol} message ${this.number}`;
  }

  get summary(): string {
    return this.def?.summary(this.value as never, this.context) ?? `Unknown message ${this.number}, ${this.framed.length - BODY} bytes`;
  }

  get space(): Space {
    return this.framed.space;
  }

  get fields(): readonly Field[] {
    const { length } = this.framed;
    const d = this.decode(true);
    const first: Field = {
      ...leaf('messageNumber', 'byte', TYPE, BODY, this.number, 'Says which message this is.'),
      ...(this.def === undefined ? {} : { label: this.def.name }),
    };
    const body: Field = {
      name: this.name,
      kind: 'message',
      span: { start: TYPE, end: length },
      value: d.value,
      children: [first, ...d.fields],
      ...(this.def === undefined ? {} : { doc: this.def.note }),
    };
    return [leaf('length', 'uint32', 0, TYPE, length - TYPE, 'Bytes of the message that follow.'), body];
  }

  private decode(trace: boolean) {
    const { bytes, length } = this.framed;
    return decode((this.def?.body ?? opaque) as Codec<unknown>, bytes, { start: BODY, end: length, trace, complete: true });
  }
}

function leaf(name: string, kind: string, start: number, end: number, value: unknown, doc: string): Field {
  return { name, kind, span: { start, end }, value, children: [], doc };
}

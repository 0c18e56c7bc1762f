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
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: Problem[];
  /** It holds a password or a private key. */
  readonly secret: boolean;
  /** A word for the summary that the message does not hold: what it answers, the path behind a handle. */
  context: string | undefined;
  answers: InnerMessage['answers'] = undefined;
  private readonly framed: FramedBytes;

  /** `def` is undefined for a type that nobody has declared: its content is kept as bytes. */
  constructor(protocol: string, def: MessageDef | undefined, framed: FramedBytes, context?: string) {
    this.protocol = protocol;
    this.def = def;
    this.framed = framed;
    this.context = context;
    const d = this.decode(false);
    this.value = d.value as Record<string, unknown>;
    this.secret = d.secret;
    this.problems = d.problems.length === 0 && def !== undefined ? [] : [...d.problems];
    if (def === undefined)
      this.problems.push(problem('unknown', `message type ${this.number} has no meaning known here`, { span: { start: TYPE, end: BODY } }));
  }

  get number(): number {
    return this.framed.bytes[TYPE] as number;
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

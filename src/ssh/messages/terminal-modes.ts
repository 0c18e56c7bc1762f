/** Terminal modes as `pty-req` carries them (RFC 4254 section 8, RFC 8160): an opcode and its argument, again and again, up to TTY_OP_END. */
import { type Codec, struct, uint32 } from '../../wire/codec.ts';

/** Opcodes by number. */
export const TERMINAL_MODES: Readonly<Record<number, string>> = {
  0: 'TTY_OP_END',
  1: 'VINTR',
  2: 'VQUIT',
  3: 'VERASE',
  4: 'VKILL',
  5: 'VEOF',
  6: 'VEOL',
  7: 'VEOL2',
  8: 'VSTART',
  9: 'VSTOP',
  10: 'VSUSP',
  11: 'VDSUSP',
  12: 'VREPRINT',
  13: 'VWERASE',
  14: 'VLNEXT',
  15: 'VFLUSH',
  16: 'VSWTCH',
  17: 'VSTATUS',
  18: 'VDISCARD',
  30: 'IGNPAR',
  31: 'PARMRK',
  32: 'INPCK',
  33: 'ISTRIP',
  34: 'INLCR',
  35: 'IGNCR',
  36: 'ICRNL',
  37: 'IUCLC',
  38: 'IXON',
  39: 'IXANY',
  40: 'IXOFF',
  41: 'IMAXBEL',
  42: 'IUTF8',
  50: 'ISIG',
  51: 'ICANON',
  52: 'XCASE',
  53: 'ECHO',
  54: 'ECHOE',
  55: 'ECHOK',
  56: 'ECHONL',
  57: 'NOFLSH',
  58: 'TOSTOP',
  59: 'IEXTEN',
  60: 'ECHOCTL',
  61: 'ECHOKE',
  62: 'PENDIN',
  70: 'OPOST',
  71: 'OLCUC',
  72: 'ONLCR',
  73: 'OCRNL',
  74: 'ONOCR',
  75: 'ONLRET',
  90: 'CS7',
  91: 'CS8',
  92: 'PARENB',
  93: 'PARODD',
  128: 'TTY_OP_ISPEED',
  129: 'TTY_OP_OSPEED',
};

const END = 0;
/** "Opcodes 160 to 255 are not yet defined, and cause parsing to stop" (RFC 4254 section 8). */
const FIRST_UNDEFINED = 160;

const numbers = new Map(Object.entries(TERMINAL_MODES).map(([number, name]) => [name, Number(number)] as const));

/** One opcode by its name, `opcode 99` for one without. */
const opcode: Codec<string> = {
  kind: 'byte',
  doc: 'Which mode.',
  read: (c) => nameOf(c.uint8()),
  write: (w, v) => w.uint8(numberOf(v)),
};

function nameOf(number: number): string {
  return TERMINAL_MODES[number] ?? `opcode ${number}`;
}

function numberOf(name: string): number {
  return numbers.get(name) ?? Number(/^opcode (\d+)$/.exec(name)?.[1] ?? END);
}

/** A mode and its value: a character, 0 or 1, or a speed in bits per second. TTY_OP_END has no value. */
export interface TerminalMode {
  readonly mode: string;
  readonly argument?: number;
}

const argument: Codec<number> = { ...uint32, doc: 'Its value: a character (255 for none), 0 for off, 1 for on, or a speed in bits per second.' };

const pair = struct({ mode: opcode, argument });
const bare = struct({ mode: opcode });

const one: Codec<TerminalMode> = {
  kind: 'struct',
  read: (c) => (hasArgument(c.bytes[c.pos] ?? END) ? pair.read(c) : bare.read(c)),
  write: (w, v) => {
    opcode.write(w, v.mode);
    if (hasArgument(numberOf(v.mode))) argument.write(w, v.argument ?? 0);
  },
};

function hasArgument(number: number): boolean {
  return number !== END && number < FIRST_UNDEFINED;
}

/** The modes up to the end of the box; what stands behind TTY_OP_END or an undefined opcode is left over. */
export const terminalModes: Codec<TerminalMode[]> = {
  kind: 'list',
  read: (c) => {
    const out: TerminalMode[] = [];
    while (c.remaining > 0) {
      const more = hasArgument(c.bytes[c.pos] ?? END);
      out.push(c.field(String(out.length), one));
      if (!more) break;
    }
    return out;
  },
  write: (w, v) => {
    for (const mode of v) one.write(w, mode);
  },
};

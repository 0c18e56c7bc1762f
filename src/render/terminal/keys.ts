/** Keys as people name them, from the bytes that terminals send for them (xterm, ECMA-48). */
import { printable } from '../../bytes/printable.ts';

const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'Enter',
  '\n': 'Enter',
  '\t': 'Tab',
  '\x7f': 'Backspace',
  '\b': 'Backspace',
  '\x1b': 'Esc',
  '\0': 'Ctrl-Space',
};

/** By what follows ESC [ or ESC O. */
const SEQUENCES: Readonly<Record<string, string>> = {
  A: 'Up',
  B: 'Down',
  C: 'Right',
  D: 'Left',
  H: 'Home',
  F: 'End',
  Z: 'Shift-Tab',
  P: 'F1',
  Q: 'F2',
  R: 'F3',
  S: 'F4',
  '1~': 'Home',
  '2~': 'Insert',
  '3~': 'Delete',
  '4~': 'End',
  '5~': 'PageUp',
  '6~': 'PageDown',
  '15~': 'F5',
  '17~': 'F6',
  '18~': 'F7',
  '19~': 'F8',
  '20~': 'F9',
  '21~': 'F10',
  '23~': 'F11',
  '24~': 'F12',
  '200~': 'Paste',
  '201~': '/Paste',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
const KEY = /\x1b[[O][0-9;?]{0,16}[A-Za-z~]|\x1b[ -~]|[\x00-\x1f\x7f]/g;

/** `text` with its control keys in angle brackets, `ls<Tab><Enter>`; everything else made printable. */
export function keysText(text: string): string {
  let out = '';
  let from = 0;
  for (const { 0: key, index } of text.matchAll(KEY)) {
    out += printable(text.slice(from, index)) + nameOf(key);
    from = index + key.length;
  }
  return out + printable(text.slice(from));
}

/** `text` without its control keys. */
export function plainKeys(text: string): string {
  return text.replace(KEY, '');
}

function nameOf(key: string): string {
  const control = CONTROLS[key];
  if (control !== undefined) return `<${control}>`;
  if (key.length === 1) return `<Ctrl-${String.fromCharCode(key.charCodeAt(0) + 0x40)}>`;
  if (key.length === 2) return `<Alt-${key.charAt(1)}>`;
  const sequence = SEQUENCES[key.slice(2)];
  return sequence === undefined ? printable(key) : `<${sequence}>`;
}

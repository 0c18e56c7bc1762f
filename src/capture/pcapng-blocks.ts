/** Blocks of pcapng (draft-ietf-opsawg-pcapng section 4): their numbers, and the parts that all of them share. */

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const OBSOLETE_PACKET = 2;
export const SIMPLE_PACKET = 3;
export const ENHANCED_PACKET = 6;
export const SYSTEMD_JOURNAL = 9;
export const DECRYPTION_SECRETS = 10;
export const CUSTOM = 0x00000bad;
export const CUSTOM_NOT_COPIED = 0x40000bad;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Bytes of a block before its body: type and total length. */
export const HEAD = 8;
/** Bytes after it: the total length again. */
export const TAIL = 4;

/** True for blocks that hold no packet but are given a frame number by Wireshark, and so by us. */
export function isNumberedOnly(type: number): boolean {
  return type === CUSTOM || type === CUSTOM_NOT_COPIED || type === SYSTEMD_JOURNAL;
}

/** True for the three kinds of packet blocks. */
export function isPacket(type: number): boolean {
  return type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === OBSOLETE_PACKET;
}

/** Bytes up to the next multiple of four. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** A whole block of `type` around `parts`, whose lengths add up to a multiple of four. */
export function makeBlock(type: number, little: boolean, parts: readonly Uint8Array[]): Uint8Array {
  let length = HEAD + TAIL;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, length, little);
  view.setUint32(length - TAIL, length, little);
  let at = HEAD;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** An option (section 3.5) with its padding. `value` is at most 65,535 bytes. */
export function makeOption(code: number, little: boolean, value: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + padded(value.length));
  const view = new DataView(out.buffer);
  view.setUint16(0, code, little);
  view.setUint16(2, value.length, little);
  out.set(value, 4);
  return out;
}

/** opt_endofopt; reads the same in both byte orders. */
export const END_OF_OPTIONS = new Uint8Array(4);

/** Bytes that a secrets block which was taken takes beside its secrets, about: they count when the next one wants room. */
export const SECRETS_COST = 2048;

/** A Decryption Secrets Block (section 4.7) of the secrets type `type`. */
export function makeSecretsBlock(type: number, little: boolean, data: Uint8Array): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, data.length, little);
  return makeBlock(DECRYPTION_SECRETS, little, [head, data, new Uint8Array(padded(data.length) - data.length)]);
}

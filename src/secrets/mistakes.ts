/** Files that people take for SSH session secrets, and what to tell them. */

/** Says what a line is when it is no secret of an SSH session. */
interface Mistake {
  readonly begins: RegExp;
  readonly message: string;
}

const MISTAKES: readonly Mistake[] = [
  {
    begins: /^-----BEGIN /,
    message:
      'a key in PEM form: host and user keys only sign in SSH and cannot decrypt a session (RFC 4251 section 9.3.7); the shared secret K of the key exchange is needed',
  },
  { begins: /^(?:ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)\S+ AAAA/, message: 'a public key: it is no secret of a session' },
  { begins: /^(?:CLIENT_RANDOM|RSA|(?:CLIENT|SERVER|EXPORTER|EARLY)\w*_SECRET\w*) [0-9a-fA-F]/, message: "a line of a TLS key log, not of SSH's" },
];

/** What the line is instead, or undefined. Only the beginning of the line is looked at. */
export function mistakenLine(text: string): string | undefined {
  return MISTAKES.find((m) => m.begins.test(text))?.message;
}

/** Containers by their first bytes. */
const MAGIC: readonly { readonly bytes: readonly number[]; readonly message: string }[] = [
  { bytes: [0x1f, 0x8b], message: 'a gzip file: unpack it first' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], message: 'a zstd file: unpack it first' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], message: 'a zip file: unpack it first' },
  { bytes: [0x0a, 0x0d, 0x0d, 0x0a], message: 'a capture (pcapng), not a secrets file; secrets blocks of the capture that is read are used by themselves' },
  { bytes: [0xd4, 0xc3, 0xb2, 0xa1], message: 'a capture (pcap), not a secrets file' },
  { bytes: [0xa1, 0xb2, 0xc3, 0xd4], message: 'a capture (pcap), not a secrets file' },
];

/** What the file is instead of text, or undefined. */
export function mistakenFile(bytes: Uint8Array): string | undefined {
  return MAGIC.find((m) => m.bytes.every((b, i) => bytes[i] === b))?.message;
}

/** A benchmark capture of several bulk sessions at one time: a generated session, copied to other ports. */
import { readFileSync } from 'node:fs';
import { CaptureFile } from './write.ts';

/** A pcapng block has its type and length in front; an Enhanced Packet Block (type 6) its frame behind 28 bytes, of a length that stands at 20. */
const PACKET = { type: 6, length: 20, data: 28 } as const;
/** Offsets of the two ports in our frames: Ethernet and IPv4 without options come before. */
const PORTS = [34, 36];
/** The client's port in the captures of encrypted.ts. */
const CLIENT_PORT = 40_000;

/** Copies each frame of the generated capture `source` for `count` clients in turn, to `path`. */
export function copySessions(source: string, path: string, count: number): void {
  const bytes = new Uint8Array(readFileSync(source));
  const view = new DataView(bytes.buffer);
  const file = new CaptureFile(path, 'pcapng');
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== PACKET.type) continue;
    const start = at + PACKET.data;
    const frame = bytes.slice(start, start + view.getUint32(at + PACKET.length, true));
    const ports = new DataView(frame.buffer);
    const ofClient = PORTS.find((p) => ports.getUint16(p) === CLIENT_PORT) as number;
    for (let n = 0; n < count; n++) {
      ports.setUint16(ofClient, CLIENT_PORT + n);
      file.add(frame);
    }
  }
  file.close();
}

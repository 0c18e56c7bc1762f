/** SFTP inside channels. */
import type { Protocol } from '../protocol.ts';
import { SftpHandler } from './handler.ts';

/** Servers that are started as a command: PuTTY does so where there is no subsystem. */
const SERVER = /(?:^|[\s/;&|])(?:sftp-server|internal-sftp)(?:$|[\s;&|])/;

/** The subsystem `sftp`, or its server as a command. */
export const SFTP: Protocol = {
  name: 'sftp',
  carries: (kind) => (kind.started === 'subsystem' && kind.name === 'sftp') || (kind.started === 'exec' && SERVER.test(kind.name)),
  follow: (place) => new SftpHandler(place),
};

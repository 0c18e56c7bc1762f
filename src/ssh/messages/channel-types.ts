/** Channels by type: what CHANNEL_OPEN says of each (RFC 4254 sections 6 and 7.2, RFC 9987, openssh PROTOCOL section 2). */
import { described, named, string, struct, text, uint32 } from '../../wire/codec.ts';
import { labelled, quoted } from '../words.ts';
import { hostPort, nothingMore, type Specific, tableOf } from './specific.ts';

const originator = {
  originatorAddress: described(text, 'Address from which the connection came.'),
  originatorPort: described(uint32, 'Its port there.'),
};

const socketPath = described(text, 'Path of the Unix socket.');
const reservedText = described(string, 'Not used, empty.');

/** openssh PROTOCOL section 2.3. */
export const TUNNEL_MODES: Readonly<Record<number, string>> = { 1: 'point to point, IP packets', 2: 'Ethernet frames' };

const from = (v: { originatorAddress?: unknown; originatorPort?: unknown }) => `from ${hostPort(v.originatorAddress, v.originatorPort)}`;

/** All channel types that are known. */
export const CHANNEL_TYPES: readonly Specific[] = [
  { name: 'session', rfc: '4254#6.1', note: 'For a shell, a command or a subsystem such as SFTP.', body: nothingMore },
  {
    name: 'direct-tcpip',
    rfc: '4254#7.2',
    note: 'A connection that came in at the client and that the server is to carry on (ssh -L, -D, -W).',
    body: struct({
      hostToConnect: described(text, 'Host that the server is to connect to.'),
      portToConnect: described(uint32, 'Port there.'),
      ...originator,
    }),
    words: (v) => `to ${hostPort(v?.hostToConnect, v?.portToConnect)} ${from(v ?? {})}`,
  },
  {
    name: 'forwarded-tcpip',
    rfc: '4254#7.2',
    note: 'A connection that came in at the server, where the client had asked it to listen (ssh -R).',
    body: struct({
      addressConnected: described(text, 'Address that was connected to.'),
      portConnected: described(uint32, 'Port there.'),
      ...originator,
    }),
    words: (v) => `at ${hostPort(v?.addressConnected, v?.portConnected)} ${from(v ?? {})}`,
  },
  {
    name: 'x11',
    rfc: '4254#6.3.2',
    note: 'A program on the server opens a window on the display of the client.',
    body: struct(originator),
    words: (v) => from(v ?? {}),
  },
  {
    name: 'direct-streamlocal@openssh.com',
    rfc: 'openssh:PROTOCOL#2.4',
    note: 'Like direct-tcpip, to a Unix socket on the server.',
    body: struct({ socketPath, reserved: reservedText, reservedNumber: described(uint32, 'Not used, 0.') }),
    words: (v) => `to ${quoted(v?.socketPath)}`,
  },
  {
    name: 'forwarded-streamlocal@openssh.com',
    rfc: 'openssh:PROTOCOL#2.4',
    note: 'Like forwarded-tcpip, from a Unix socket on the server.',
    body: struct({ socketPath, reserved: reservedText }),
    words: (v) => `at ${quoted(v?.socketPath)}`,
  },
  {
    name: 'auth-agent@openssh.com',
    rfc: 'openssh:PROTOCOL.agent',
    note: "A program on the server talks to the client's key agent.",
    body: nothingMore,
  },
  { name: 'auth-agent', rfc: 'draft-ietf-secsh-agent', note: 'The same as auth-agent@openssh.com, in the spelling of other programs.', body: nothingMore },
  { name: 'agent-connect', rfc: '9987', note: 'The same as auth-agent@openssh.com, by its standard name.', body: nothingMore },
  {
    name: 'tun@openssh.com',
    rfc: 'openssh:PROTOCOL#2.3',
    note: 'A tunnel of IP packets or Ethernet frames between two virtual interfaces (ssh -w).',
    body: struct({
      tunnelMode: described(named(uint32, TUNNEL_MODES), 'What is carried.'),
      remoteUnitNumber: described(uint32, 'Number of the interface at the server; 0x7fffffff lets it choose.'),
    }),
    words: (v) =>
      `${labelled(v?.tunnelMode as number | undefined, TUNNEL_MODES)}, unit ${v?.remoteUnitNumber === 0x7fffffff ? 'any' : String(v?.remoteUnitNumber ?? '?')}`,
  },
];

const byName = tableOf(CHANNEL_TYPES);

/** The channel type called `name`. */
export function channelType(name: string): Specific | undefined {
  return byName.get(name);
}

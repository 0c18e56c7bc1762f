/** Columns for other programs: one line for each message, by Wireshark's field names where there are any. */

import { toHex } from '../bytes/hex.ts';
import { nearest } from '../bytes/near.ts';
import { printable } from '../bytes/printable.ts';
import type { Identification, Packet, Session } from '../ssh/model.ts';
import { plain } from './json.ts';
import type { RenderOptions, TextRenderer } from './renderer.ts';
import { sideOf } from './text.ts';
import { isoTime } from './time.ts';

/** What one line is about. */
type Item = Packet | Identification;

/** A column. */
export interface FieldColumn {
  readonly name: string;
  readonly description: string;
  /** Its value; undefined, and so an empty column, where it has no meaning. */
  get(item: Item): unknown;
}

/** Before a path into a message's value: `sshark.value.hostKey.type`. */
const VALUE_PREFIX = 'sshark.value.';

function isPacket(item: Item): item is Packet {
  return 'sequence' in item;
}

/** A column of packets only. */
function ofPacket(name: string, description: string, get: (p: Packet) => unknown): FieldColumn {
  return { name, description, get: (item) => (isPacket(item) ? get(item) : undefined) };
}

/** A column with the part of a message's value at `path`; with `number` only of messages of that number. */
function ofValue(name: string, description: string, path: string, number?: number): FieldColumn {
  const steps = path.split('.');
  return ofPacket(name, description, (p) => (p.protocol === 2 && (number === undefined || p.number === number) ? at(p.value, steps) : undefined));
}

function at(value: unknown, steps: readonly string[]): unknown {
  let v = value;
  for (const step of steps) {
    if (typeof v !== 'object' || v === null || v instanceof Uint8Array || !Object.hasOwn(v, step)) return undefined;
    v = (v as Readonly<Record<string, unknown>>)[step];
  }
  return v;
}

const source = (i: Item) => i.session.flow[i.from];
const destination = (i: Item) => i.session.flow[i.from === 'a' ? 'b' : 'a'];
const version = (s: Session, v: 4 | 6, address: string) => (s.flow.ipVersion === v ? address : undefined);
const side = (i: Item) => (isPacket(i) ? i.side : sideOf(i));
/** The bytes of a top field of the packet: padding, mac, encrypted. Builds the field tree. */
const part = (p: Packet, name: string) => p.fields.find((f) => f.name === name)?.value;
/** The message number and what follows it. */
const payload = (p: Packet) => p.inflated?.bytes ?? (p.payload === undefined ? undefined : p.plain.bytes.subarray(p.payload.start, p.payload.end));
const ofKexInit = (p: Packet, from: string, get: (p: Packet) => unknown) => (p.number === 20 && p.protocol === 2 && p.side === from ? get(p) : undefined);

/** Wireshark's names for the lists of SSH_MSG_KEXINIT, by ours. */
const LISTS: readonly (readonly [name: string, path: string])[] = [
  ['kex_algorithms', 'kexAlgorithms'],
  ['server_host_key_algorithms', 'serverHostKeyAlgorithms'],
  ['encryption_algorithms_client_to_server', 'encryptionAlgorithmsClientToServer'],
  ['encryption_algorithms_server_to_client', 'encryptionAlgorithmsServerToClient'],
  ['mac_algorithms_client_to_server', 'macAlgorithmsClientToServer'],
  ['mac_algorithms_server_to_client', 'macAlgorithmsServerToClient'],
  ['compression_algorithms_client_to_server', 'compressionAlgorithmsClientToServer'],
  ['compression_algorithms_server_to_client', 'compressionAlgorithmsServerToClient'],
  ['languages_client_to_server', 'languagesClientToServer'],
  ['languages_server_to_client', 'languagesServerToClient'],
];

/** All columns but the `sshark.value.` ones. */
export const FIELD_COLUMNS: readonly FieldColumn[] = [
  { name: 'frame.number', description: 'Frame that brought the last byte', get: (i) => i.frame },
  { name: 'frame.time', description: 'Its time, ISO 8601 UTC', get: (i) => isoTime(i.time) },
  { name: 'frame.time_epoch', description: 'Its time in seconds since 1970', get: (i) => `${i.time.seconds}.${String(i.time.nanos).padStart(9, '0')}` },
  { name: 'ip.src', description: 'IPv4 address of the sender', get: (i) => version(i.session, 4, source(i).address) },
  { name: 'ip.dst', description: 'IPv4 address of the receiver', get: (i) => version(i.session, 4, destination(i).address) },
  { name: 'ipv6.src', description: 'IPv6 address of the sender', get: (i) => version(i.session, 6, source(i).address) },
  { name: 'ipv6.dst', description: 'IPv6 address of the receiver', get: (i) => version(i.session, 6, destination(i).address) },
  { name: 'tcp.srcport', description: 'TCP port of the sender', get: (i) => source(i).port },
  { name: 'tcp.dstport', description: 'TCP port of the receiver', get: (i) => destination(i).port },
  { name: 'tcp.stream', description: 'Number of the TCP connection, from 0', get: (i) => i.session.flow.stream },
  { name: 'ssh.protocol', description: 'Identification string', get: (i) => (isPacket(i) ? undefined : i.text) },
  { name: 'ssh.direction', description: '0 from client to server, 1 from server to client', get: (i) => (side(i) === 'client' ? 0 : 1) },
  ofPacket('ssh.packet_length', 'packet_length', (p) => p.length),
  ofPacket('ssh.padding_length', 'padding_length', (p) => p.padding),
  ofPacket('ssh.padding_string', 'Padding', (p) => part(p, 'padding')),
  ofPacket('ssh.payload', 'Payload in clear and inflated, message number first', payload),
  ofPacket('ssh.encrypted_packet', 'Bytes of a packet that was not opened', (p) => part(p, 'encrypted')),
  ofPacket('ssh.mac', 'MAC or tag', (p) => part(p, 'mac')),
  ofPacket('ssh.seq_num', 'Implicit sequence number', (p) => p.sequence),
  ofPacket('ssh.message_code', 'Message number', (p) => p.number),
  ofValue('ssh.cookie', 'Cookie of SSH_MSG_KEXINIT', 'cookie', 20),
  ...LISTS.map(([name, path]) => ofValue(`ssh.${name}`, `${path} of SSH_MSG_KEXINIT`, path, 20)),
  ofValue('ssh.first_kex_packet_follows', 'firstKexPacketFollows of SSH_MSG_KEXINIT', 'firstKexPacketFollows', 20),
  ofPacket('ssh.kex.hassh', 'HASSH of the client, at its SSH_MSG_KEXINIT', (p) => ofKexInit(p, 'client', () => p.session.client.hassh)),
  ofPacket('ssh.kex.hassh_algorithms', 'What HASSH is the MD5 of', (p) => ofKexInit(p, 'client', () => p.session.client.hasshText)),
  ofPacket('ssh.kex.hasshserver', 'HASSH of the server, at its SSH_MSG_KEXINIT', (p) => ofKexInit(p, 'server', () => p.session.server.hassh)),
  ofPacket('ssh.kex.hasshserver_algorithms', 'What HASSHServer is the MD5 of', (p) => ofKexInit(p, 'server', () => p.session.server.hasshText)),
  ofValue('ssh.dh.e', 'Diffie-Hellman value of the client', 'e'),
  ofValue('ssh.dh.f', 'Diffie-Hellman value of the server', 'f'),
  ofValue('ssh.dh_gex.min', 'Smallest group asked for, bits', 'min'),
  ofValue('ssh.dh_gex.nbits', 'Group size asked for, bits', 'n'),
  ofValue('ssh.dh_gex.max', 'Largest group asked for, bits', 'max'),
  ofValue('ssh.dh_gex.p', 'Prime of the group', 'p'),
  ofValue('ssh.dh_gex.g', 'Generator of the group', 'g'),
  ofPacket('ssh.ecdh.q_c', 'Public value of the client; of a hybrid both parts', (p) => joined(at(p.value, ['qC']))),
  ofPacket('ssh.ecdh.q_s', 'Public value of the server; of a hybrid both parts', (p) => joined(at(p.value, ['qS']))),
  ofValue('ssh.host_key.type', 'Type of the host key', 'hostKey.type'),
  ofValue('ssh.host_key.rsa.n', 'RSA modulus', 'hostKey.n'),
  ofPacket('ssh.host_key.rsa.e', 'RSA public exponent', (p) => (at(p.value, ['hostKey', 'n']) === undefined ? undefined : at(p.value, ['hostKey', 'e']))),
  ofValue('ssh.host_key.dsa.p', 'DSA prime', 'hostKey.p'),
  ofValue('ssh.host_key.dsa.q', 'DSA subgroup order', 'hostKey.q'),
  ofValue('ssh.host_key.dsa.g', 'DSA generator', 'hostKey.g'),
  ofValue('ssh.host_key.dsa.y', 'DSA public value', 'hostKey.y'),
  ofValue('ssh.host_key.ecdsa.id', 'Curve of an ECDSA key', 'hostKey.curve'),
  ofValue('ssh.host_key.ecdsa.q', 'Public point of an ECDSA key', 'hostKey.Q'),
  ofValue('ssh.host_key.eddsa.key', 'Ed25519 or Ed448 public key', 'hostKey.pk'),
  ofValue('ssh.host_sig.type', 'Algorithm of the host signature', 'signature.algorithm'),
  ofValue('ssh.disconnect_reason', 'Reason of SSH_MSG_DISCONNECT', 'reasonCode', 1),
  ofValue('ssh.disconnect_description', 'Description of SSH_MSG_DISCONNECT', 'description', 1),
  ofValue('ssh.ignore_data', 'Data of SSH_MSG_IGNORE', 'data', 2),
  ofValue('ssh.debug_always_display', 'alwaysDisplay of SSH_MSG_DEBUG', 'alwaysDisplay', 4),
  ofValue('ssh.debug_name', 'Message of SSH_MSG_DEBUG', 'message', 4),
  ofValue('ssh.service_name', 'Service asked for or granted', 'serviceName'),
  ofValue('ssh.userauth_user_name', 'Who wants to log in', 'userName', 50),
  ofValue('ssh.userauth_service_name', 'What is to start after the login', 'serviceName', 50),
  ofValue('ssh.userauth_method_name', 'Method of the login', 'methodName', 50),
  ofValue('ssh.userauth.change_password', 'Whether the password is to be changed', 'changePassword', 50),
  ofPacket('ssh.userauth_password', 'Password, or the one that has expired', (p) => at(p.value, ['password']) ?? at(p.value, ['oldPassword'])),
  ofValue('ssh.userauth_new_password', 'Password that replaces it', 'newPassword', 50),
  ofValue('ssh.userauth.have_signature', 'Whether the request is signed', 'hasSignature', 50),
  ofValue('ssh.userauth_pka_name', 'Public key algorithm of the login', 'publicKeyAlgorithmName'),
  ofValue('ssh.pk_blob_name', "Type of the user's key", 'publicKey.type'),
  ofPacket('ssh.pk_sig_blob_name', "Algorithm of the user's signature", (p) => (p.number === 50 ? at(p.value, ['signature', 'algorithm']) : undefined)),
  ofValue('ssh.auth_failure_cont_list', 'Methods that can continue', 'authenticationsThatCanContinue', 51),
  ofValue('ssh.userauth.partial_success', 'Whether the attempt was right but is not enough', 'partialSuccess', 51),
  ofValue('ssh.lang_tag', 'Language tag', 'languageTag'),
  ofValue('ssh.connection_type_name', 'Channel type', 'channelType', 90),
  ofValue('ssh.connection_sender_channel', 'senderChannel', 'senderChannel'),
  ofValue('ssh.connection_recipient_channel', 'recipientChannel', 'recipientChannel'),
  ofValue('ssh.connection_initial_window_size', 'initialWindowSize', 'initialWindowSize'),
  ofValue('ssh.userauth_maximum_packet_size', 'maximumPacketSize', 'maximumPacketSize'),
  ofValue('ssh.subsystem_name', 'Subsystem asked for', 'subsystemName', 98),
  ofValue('ssh.exit_status', 'Exit status', 'exitStatus', 98),
  ofPacket(
    'ssh.global_request_name',
    'Name of a global request, or type of a channel request',
    (p) => at(p.value, ['requestName']) ?? at(p.value, ['requestType']),
  ),
  ofValue('ssh.global_request_want_reply', 'wantReply of SSH_MSG_GLOBAL_REQUEST', 'wantReply', 80),
  ofValue('ssh.channel_request_want_reply', 'wantReply of SSH_MSG_CHANNEL_REQUEST', 'wantReply', 98),
  ofValue('ssh.channel_window_adjust', 'bytesToAdd of SSH_MSG_CHANNEL_WINDOW_ADJUST', 'bytesToAdd', 93),
  { name: 'sshark.session', description: 'Number of the session', get: (i) => i.session.number },
  { name: 'sshark.side', description: 'client or server: who sent it', get: side },
  { name: 'sshark.frames', description: 'All frames that delivered it', get: (i) => i.space.frames },
  { name: 'sshark.problems', description: 'Codes of its problems', get: (i) => i.problems.map((p) => p.code) },
  { name: 'sshark.bytes', description: 'All its bytes', get: (i) => i.space.bytes },
  ofPacket('sshark.index', 'Number of the packet in its session', (p) => p.index),
  ofPacket('sshark.epoch', 'NEWKEYS that its side sent before it', (p) => p.epoch),
  ofPacket('sshark.answers', 'Number of the packet that it answers', (p) => p.answers),
  ofPacket('sshark.name', 'Name of the message', (p) => p.name),
  ofPacket('sshark.encrypted', '1 when it was encrypted', (p) => p.encrypted),
  ofPacket('sshark.mac', 'valid, invalid, unchecked or none', (p) => p.mac),
  { name: 'sshark.summary', description: 'The line that the table shows', get: (i) => (isPacket(i) ? i.summary : i.text) },
];

const columns = new Map(FIELD_COLUMNS.map((c) => [c.name, c]));

/** The column called `name`, or undefined when there is none. */
export function fieldColumn(name: string): FieldColumn | undefined {
  if (name.startsWith(VALUE_PREFIX) && name.length > VALUE_PREFIX.length) {
    const steps = name.slice(VALUE_PREFIX.length).split('.');
    return ofPacket(name, 'Part of the message', (p) => at(p.value, steps));
  }
  return columns.get(name);
}

/** The names of columns that are most like `name`, best first. */
export function nearFields(name: string): string[] {
  return nearest(
    name,
    FIELD_COLUMNS.map((c) => c.name),
  );
}

/** All names with what they stand for, one a line. */
export function fieldList(): string {
  const width = Math.max(...FIELD_COLUMNS.map((c) => c.name.length));
  const rows = [...FIELD_COLUMNS, { name: `${VALUE_PREFIX}NAME`, description: 'Any field of the message, with a path into it: sshark.value.hostKey.type' }];
  return rows.map((c) => `${c.name.padEnd(width)}  ${c.description}\n`).join('');
}

/** The columns named in the options, which must exist, with the separator between them. */
export function fieldsRenderer(options: RenderOptions): TextRenderer {
  const chosen = options.fields.map(fieldColumn).filter((c) => c !== undefined);
  const row = (item: Item) => `${chosen.map((c) => fieldText(c.get(item), options.maxBytes)).join(options.separator)}\n`;
  return {
    begin: () => (options.header ? `${options.fields.map(printable).join(options.separator)}\n` : ''),
    identification: row,
    packet: row,
  };
}

/** A value as tshark writes it: bytes as hex, lists with commas, booleans as 1 and 0. */
function fieldText(value: unknown, maxBytes: number | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  const v = plain(value, maxBytes);
  if (Array.isArray(v) && v.every((one) => typeof one !== 'object')) return printable(v.join(','));
  return printable(typeof v === 'object' ? JSON.stringify(v) : String(v));
}

/** The parts of a hybrid's public value one after the other, as they stand on the wire. */
function joined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.values(value)
    .map((v) => (v instanceof Uint8Array ? toHex(v) : ''))
    .join('');
}

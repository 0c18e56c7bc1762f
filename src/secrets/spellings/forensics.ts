/** Keys found in the memory of a process, as JSON objects. */
import type { CipherKey, Connection, Draft, Peer, Process } from '../item.ts';
import { type Collector, countValue, hexValue, isObject, type JsonObject, type JsonSpelling, type Outcome, textValue } from '../spelling.ts';

/**
 * One object for each `struct sshenc` that OpenSSH-Session-Key-Recovery found (its Volatility plugin and its ptrace tool, which adds
 * `pid`, `proc_name` and `network_connections` as psutil prints them); the key file of OpenSSH-Network-Parser. Without direction and
 * session; the IV is the one of that moment.
 */
export const forensics: JsonSpelling = {
  form: 'json',
  name: 'memory forensics',
  description: 'Cipher, key and IV of one direction found in a process: OpenSSH-Session-Key-Recovery.',
  example:
    '{"task_name":"sshd","sshenc_addr":94108858764096,"cipher_name":"aes128-gcm@openssh.com","key":"000102030405060708090a0b0c0d0e0f","iv":"101112131415161718191a1b"}',
  read(object, line, out) {
    if (!('cipher_name' in object) && !('sshenc_addr' in object)) return undefined;
    return readKey(object, line, out);
  },
};

function readKey(object: JsonObject, line: number, out: Collector): Outcome {
  const key = hexValue(object.key);
  const iv = hexValue(object.iv);
  if (key === null || iv === null) return 'key or iv is not a string of hex';
  if (key === undefined) return 'there is no key';
  const item: Draft<CipherKey> = { kind: 'cipher key', source: out.source(line), key };
  const cipher = textValue(object.cipher_name);
  const process = readProcess(object);
  if (cipher !== undefined) item.cipher = cipher;
  if (iv !== undefined) item.iv = iv;
  if (process !== undefined) item.process = process;
  out.add(item);
  return true;
}

function readProcess(object: JsonObject): Process | undefined {
  const name = textValue(object.proc_name) ?? textValue(object.task_name);
  const pid = countValue(object.pid);
  const list = Array.isArray(object.network_connections) ? object.network_connections : [];
  const connections = list.map(readConnection).filter((c) => c !== undefined);
  if (name === undefined && pid === undefined && connections.length === 0) return undefined;
  const process: Draft<Process> = {};
  if (name !== undefined) process.name = name;
  if (pid !== undefined) process.pid = pid;
  if (connections.length > 0) process.connections = connections;
  return process;
}

/** A listening socket has no remote end and is left out. */
function readConnection(value: unknown): Connection | undefined {
  if (!isObject(value)) return undefined;
  const local = readPeer(value.laddr);
  const remote = readPeer(value.raddr);
  return local === undefined || remote === undefined ? undefined : { local, remote };
}

/** psutil's address: `["192.0.2.1", 22]`. */
function readPeer(value: unknown): Peer | undefined {
  if (!Array.isArray(value)) return undefined;
  const address = textValue(value[0]);
  const port = countValue(value[1]);
  return address === undefined || port === undefined ? undefined : { address, port };
}

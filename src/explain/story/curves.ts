/** The key exchange on elliptic curves, and together with a key encapsulation. */
import { count } from '../../bytes/words.ts';
import type { Packet } from '../../ssh/model.ts';
import { fieldAt, type Source } from '../note.ts';
import type { Scene } from './key-exchange.ts';
import { framesText, kexPackets } from './tale.ts';
import { hexLines } from './values.ts';

/** The two messages of the method, whatever their names are. */
function messages({ tale }: Scene): { readonly init: Packet | undefined; readonly reply: Packet | undefined } {
  const packets = kexPackets(tale).filter((p) => !p.discarded && !p.cut);
  return { init: packets.find((p) => p.value?.qC !== undefined), reply: packets.find((p) => p.value?.qS !== undefined) };
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

/** A part of a value that has parts. */
function partOf(value: unknown, part: string): Uint8Array | undefined {
  return typeof value === 'object' && value !== null ? bytesOf((value as Record<string, unknown>)[part]) : undefined;
}

export function tellEcdh(scene: Scene): void {
  const { notes, method } = scene;
  notes.say(
    'student',
    'rule',
    `Here it is done with points on the elliptic curve ${method.curve ?? '?'}, which everybody knows. The generator is a point G of that curve, no cipher and no key. A secret number d times G gives another point Q, which is the public value.`,
    [method.rfc, '5656#4'],
  );
  const { init, reply } = messages(scene);
  tellPoint(scene, 'client', 'd_C', 'Q_C', init, 'qC');
  tellPoint(scene, 'server', 'd_S', 'Q_S', reply, 'qS');
  notes.say(
    'student',
    'rule',
    'Now the client computes d_C times Q_S and the server d_S times Q_C. Both reach the same point, and its x coordinate, as a number, is K. Who listens has G, Q_C and Q_S; to get d from Q means to take a discrete logarithm on the curve, for which no fast way is known to ordinary computers.',
    ['5656#4'],
  );
  tellBytes(scene, init, reply);
}

export function tellCurve(scene: Scene): void {
  const { notes, method } = scene;
  const [function_, size, section] = method.curve === 'curve448' ? ['X448', 56, '7748#6.2'] : ['X25519', 32, '7748#6.1'];
  notes.say(
    'student',
    'rule',
    `Here it is done on the elliptic curve ${method.curve === 'curve448' ? 'Curve448' : 'Curve25519'}, with the function ${function_}. A private value is ${size} random bytes. The generator is the base point with the coordinate u = ${method.curve === 'curve448' ? 5 : 9}, no cipher and no key; ${function_} of the private value and that point gives the public value.`,
    [section, method.rfc],
  );
  const { init, reply } = messages(scene);
  tellPoint(scene, 'client', 'a', 'Q_C', init, 'qC');
  tellPoint(scene, 'server', 'b', 'Q_S', reply, 'qS');
  notes.say(
    'student',
    'rule',
    `Now the client computes ${function_}(a, Q_S) and the server ${function_}(b, Q_C). Both get the same ${size} bytes; read as a number, they are K. Who listens has both public values, but to get a private value from one of them means to take a discrete logarithm on the curve, for which no fast way is known to ordinary computers.`,
    [section, '8731#3.1'],
  );
  const zero = [init?.value?.qC, reply?.value?.qS].some((v) => bytesOf(v)?.every((b) => b === 0) === true);
  if (zero) notes.say('brief', 'computed', 'One public value is all zeros: K is then zero for everybody, and the other side must refuse it.', ['8731#3']);
  tellBytes(scene, init, reply);
}

function tellPoint({ notes, method }: Scene, side: 'client' | 'server', secret: string, title: string, packet: Packet | undefined, field: string): void {
  const value = bytesOf(packet?.value?.[field]);
  if (packet === undefined || value === undefined) {
    notes.say('brief', 'read', `The ${side}'s public value ${title} is not in this file.`, [method.rfc]);
    return;
  }
  const form = method.family === 'ecdh' && value[0] === 4 ? `, the byte 04 and both coordinates of ${(value.length - 1) / 2} bytes each` : '';
  notes.say(
    'student',
    'read',
    `The ${side} picked its secret ${secret} and sent ${title} in ${framesText(packet)} (${count(value.length, 'byte')}${form}). ${secret} stays in its memory.`,
    [fieldAt(packet, field), method.rfc],
  );
}

function tellBytes({ notes, method }: Scene, init: Packet | undefined, reply: Packet | undefined): void {
  const [c, s] = [bytesOf(init?.value?.qC), bytesOf(reply?.value?.qS)];
  const lines = [...(c === undefined ? [] : hexLines('Q_C', c)), ...(s === undefined ? [] : hexLines('Q_S', s))];
  const at: Source[] = [init === undefined ? undefined : fieldAt(init, 'qC'), reply === undefined ? undefined : fieldAt(reply, 'qS')];
  if (lines.length > 0) notes.say('deep', 'read', 'The two public values:', [...at, method.rfc], lines);
}

export function tellHybrid(scene: Scene): void {
  const { notes, method } = scene;
  const kem = method.names[0]?.startsWith('mlkem') === true ? 'ML-KEM' : 'NTRU Prime';
  const curve = method.curve === 'curve25519' ? 'X25519' : `ECDH on ${method.curve ?? '?'}`;
  notes.say(
    'student',
    'rule',
    `This method does it twice: with ${curve}, as ordinary elliptic curve Diffie-Hellman, and with ${kem}, a key encapsulation (KEM) that is meant to resist quantum computers. Why both? A large quantum computer would break the curve, and whoever records this session today could then read it. ${kem} is younger and less studied. K can be found only by somebody who breaks both.`,
    [method.rfc],
  );
  const { init, reply } = messages(scene);
  const [pk, c] = [partOf(init?.value?.qC, 'kemPublicKey'), partOf(init?.value?.qC, 'ecdhPublicKey')];
  const [ct, s] = [partOf(reply?.value?.qS, 'kemCiphertext'), partOf(reply?.value?.qS, 'ecdhPublicKey')];
  if (init !== undefined && pk !== undefined && c !== undefined)
    notes.say(
      'student',
      'read',
      `The client made two key pairs for this session only. It sent both public halves as one value, Q_C, in ${framesText(init)}: the KEM public key (${count(pk.length, 'byte')}), then the public value of the curve (${count(c.length, 'byte')}).`,
      [fieldAt(init, 'qC', 'kemPublicKey'), fieldAt(init, 'qC', 'ecdhPublicKey'), method.rfc],
    );
  else notes.say('brief', 'read', "The client's public value Q_C is not whole in this file.", [method.rfc]);
  if (reply !== undefined && ct !== undefined && s !== undefined)
    notes.say(
      'student',
      'read',
      `The server picked a random secret and wrapped it with the client's KEM key: the ciphertext (${count(ct.length, 'byte')}), which only the client can unwrap. It also made a key pair on the curve. Both went out as one value, Q_S, in ${framesText(reply)}: the ciphertext, then the public value of the curve (${count(s.length, 'byte')}).`,
      [fieldAt(reply, 'qS', 'kemCiphertext'), fieldAt(reply, 'qS', 'ecdhPublicKey'), method.rfc],
    );
  else notes.say('brief', 'read', "The server's value Q_S is not whole in this file.", [method.rfc]);
  notes.say(
    'student',
    'rule',
    `Both sides then have the secret of the KEM and the secret of the curve, and K = ${hashName(method.hash)}(KEM secret || curve secret). This K is a string of fixed length, not a number; into the exchange hash it goes as such.`,
    [method.rfc],
  );
  tellHybridBytes(scene, init, reply);
}

function tellHybridBytes({ notes, method }: Scene, init: Packet | undefined, reply: Packet | undefined): void {
  const lines = [
    ['KEM public key, from the client', partOf(init?.value?.qC, 'kemPublicKey')] as const,
    ['public value on the curve, from the client', partOf(init?.value?.qC, 'ecdhPublicKey')] as const,
    ['KEM ciphertext, from the server', partOf(reply?.value?.qS, 'kemCiphertext')] as const,
    ['public value on the curve, from the server', partOf(reply?.value?.qS, 'ecdhPublicKey')] as const,
  ].flatMap(([title, bytes]) => (bytes === undefined ? [] : hexLines(title, bytes)));
  const at = [init === undefined ? undefined : fieldAt(init, 'qC'), reply === undefined ? undefined : fieldAt(reply, 'qS')];
  if (lines.length > 0) notes.say('deep', 'read', 'The values that were sent:', [...at, method.rfc], lines);
}

/** `sha256` as people write it. */
export function hashName(hash: string): string {
  return hash === 'sha1' ? 'SHA-1' : hash.replace(/^sha/, 'SHA-');
}

/** Annotator: the place of a packet in its key exchange: what was chosen, which inputs of the exchange hash it brings, the verdict. */
import { enumerated } from '../../bytes/words.ts';
import { kexMethod } from '../../ssh/kex/index.ts';
import { TranscriptBuilder } from '../../ssh/kex/transcript.ts';
import type { Exchange, Packet, Session } from '../../ssh/model.ts';
import type { Negotiation } from '../../ssh/negotiate.ts';
import { payloadOf } from '../exchange-hash.ts';
import { type Annotator, fieldAt, Notes, packetAt } from '../note.ts';
import { name } from '../story/tale.ts';

const KEXINIT = 20;
const NEWKEYS = 21;

export const exchange: Annotator = {
  name: 'exchange',
  description: 'The place of a packet in its key exchange: what was chosen, what goes into the exchange hash, whether the signature is right',
  *note(packet, session) {
    const { number, protocol } = packet;
    if (number === undefined || protocol !== 2 || packet.discarded) return;
    if (number !== KEXINIT && number !== NEWKEYS && (number < 30 || number > 49)) return;
    const notes = new Notes('exchange');
    const own = exchangeOf(packet, session);
    if (number === KEXINIT) tellLists(notes, packet, own);
    else if (number === NEWKEYS) tellSwitch(notes, packet, session, own);
    else tellInputs(notes, packet, own);
    yield* notes.list;
  },
};

function exchangeOf(packet: Packet, session: Session): Exchange | undefined {
  return session.exchanges[packet.epoch];
}

function tellLists(notes: Notes, packet: Packet, own: Exchange | undefined): void {
  notes.say(
    'student',
    'rule',
    `Into the exchange hash goes this whole payload, as I_${packet.side === 'client' ? 'C' : 'S'}: changing one name in it would make the signature wrong.`,
    [fieldAt(packet), '4253#8'],
  );
  const agreed = own?.negotiation;
  if (agreed === undefined) {
    notes.say('student', 'computed', 'What was chosen is known only with the lists of the other side.', [packetAt(packet), '4253#7.1']);
    return;
  }
  const failed = agreed.choices.filter((c) => c.failed).map((c) => c.list);
  const outcome = failed.length === 0 ? `What comes out: ${chosenText(agreed)}.` : `Nothing is common in ${enumerated(failed)}: the connection must end.`;
  notes.say('brief', 'computed', outcome, [packetAt(packet), '4253#7.1']);
}

/** The algorithms in one line; of the two directions one when they are the same. */
function chosenText(n: Negotiation): string {
  const way = (side: 'client' | 'server') =>
    [n[side].cipher, n[side].mac]
      .filter((a) => a !== undefined)
      .map((a) => name(a))
      .join(' with ');
  const both = way('client') === way('server') ? way('client') : `${way('client')} from the client, ${way('server')} from the server`;
  return `${name(n.kex)}, host key ${name(n.hostKey)}, ${both}`;
}

function tellInputs(notes: Notes, packet: Packet, own: Exchange | undefined): void {
  const kex = own?.negotiation?.kex;
  const method = kex === undefined ? undefined : kexMethod(kex);
  if (method === undefined || own === undefined) return;
  const said = new TranscriptBuilder();
  if (packet.message !== undefined) said.message(packet.message, payloadOf(packet), false);
  const inputs = method.ingredients(said).filter((i) => i.message === packet.name);
  if (inputs.length > 0)
    notes.say('student', 'rule', `Into the exchange hash go from this message: ${enumerated(inputs.map((i) => i.name))}.`, [
      ...inputs.map((i) => fieldAt(packet, i.field ?? '')),
      inputs[0]?.rfc,
    ]);
  if (packet.value?.hostKey !== undefined && own.hostKey !== undefined)
    notes.say(
      'student',
      'read',
      `The fingerprint of the host key is ${own.hostKey.keyFingerprint}. Only a client that knows it can tell this server from another.`,
      [fieldAt(packet, 'hostKey'), '4251#4.1'],
    );
  if (packet.value?.signature === undefined) return;
  const { verdict, reason } = own.signature;
  const words = {
    valid: 'is right: the owner of the host key took part in this very exchange, and both sides saw the same',
    invalid: `is WRONG: ${reason}`,
    unchecked: `was not checked: ${reason}`,
  };
  notes.say('brief', 'computed', `The signature of the exchange hash ${words[verdict]}.`, [fieldAt(packet, 'signature'), '4253#8']);
}

function tellSwitch(notes: Notes, packet: Packet, session: Session, own: Exchange | undefined): void {
  const way = own?.negotiation?.[packet.side];
  if (way?.cipher === undefined) return;
  const check = way.mac === undefined ? 'which authenticates too' : `with the MAC ${name(way.mac)}`;
  const reset = session.strictKex ? ' Its sequence numbers start again at 0.' : '';
  const sends = way.cipher === 'none' ? 'sends in clear (the cipher none)' : `encrypts with ${name(way.cipher)}`;
  notes.say('brief', 'computed', `From here on the ${packet.side} ${sends}, ${check}.${reset}`, [packetAt(packet), '4253#7.3']);
}

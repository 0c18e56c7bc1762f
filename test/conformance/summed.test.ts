/** What is told of a session does not hang on whether somebody takes its packets: without, their bytes are not even kept. */
import { createHash } from 'node:crypto';
import { dissect, SecretStore, type Session, type Sink, type Transfer } from '../../src/index.ts';
import { recordOfSession } from '../../src/render/json.ts';
import { fixture, fixtures } from '../support/fixtures.ts';

/** Pieces in one buffer that is used again, as files are read: who kept a view of it sees other bytes. */
function* inOneBuffer(file: Uint8Array): Generator<Uint8Array> {
  const buffer = new Uint8Array(3000);
  for (let at = 0; at < file.length; at += buffer.length) {
    const piece = file.subarray(at, at + buffer.length);
    buffer.fill(0xee);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

/** The records of all sessions, and the contents that moved in them in the order in which they came. */
async function told(name: string, more: Sink) {
  const { capture, secrets } = fixture(name);
  const store = new SecretStore();
  if (secrets !== undefined) store.add(new TextEncoder().encode(secrets), 'secrets.keylog');
  const sessions: Session[] = [];
  const contents = createHash('sha256');
  const content = (_: Transfer, offset: number, bytes: Uint8Array) => void contents.update(`${offset} `).update(bytes);
  await dissect(inOneBuffer(capture), { ...more, content, session: (s) => sessions.push(s) }, { secrets: store });
  return { sessions: sessions.map((s) => recordOfSession(s)), contents: contents.digest('hex') };
}

test.each(fixtures())('%s', async (name) => {
  const taken = await told(name, { packet: () => undefined });
  // That server hangs up before a word was said.
  if (name !== 'refused-service') expect(taken.sessions.length).toBeGreaterThan(0);
  expect(await told(name, {})).toEqual(taken);
});

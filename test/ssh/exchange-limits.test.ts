/** Key exchanges without end: what is kept of them, and what is said when that is not all. */
import { ExchangeCollector } from '../../src/explain/index.ts';
import type { Limits } from '../../src/limits.ts';
import { EXCHANGE, plainTalk } from '../support/above.ts';
import { fixture } from '../support/fixtures.ts';
import { resultsOf } from '../support/outputs.ts';
import { concat } from '../support/packets.ts';
import { dissectTalk, kexInitPayload, packet, type Said } from '../support/talk.ts';

const [init = new Uint8Array(0), reply = new Uint8Array(0)] = EXCHANGE;
const KEXINIT = kexInitPayload({ encryptionAlgorithms: ['none'], macAlgorithms: ['none'] });
const NEWKEYS = Uint8Array.of(21);
const IGNORE = concat(Uint8Array.of(2), new Uint8Array(4));
const round = [
  ['c', KEXINIT],
  ['s', KEXINIT],
  ['c', init],
  ['s', reply],
  ['c', NEWKEYS],
  ['s', NEWKEYS],
] as const;

/** The one session in which `later` is said behind its first key exchange, and its problems with the code `limit`. */
async function limited(later: readonly (readonly ['c' | 's', Uint8Array])[], limits: Partial<Limits>) {
  const { sessions } = await plainTalk(later, [], { limits });
  const [session] = sessions;
  if (session === undefined) throw new Error('no session');
  return { session, said: session.problems.filter((p) => p.code === 'limit').map((p) => p.message) };
}

test('a record lists so many packets of an exchange that does not end, and says so once', async () => {
  const more = Array.from({ length: 20 }, () => ['s', IGNORE] as const);
  const { session, said } = await limited([['c', KEXINIT], ['s', KEXINIT], ...more], { exchangePackets: 8 });
  expect(session.exchanges.map((e) => e.packets.length)).toEqual([6, 8]);
  expect(said).toEqual([expect.stringMatching(/key exchange 2 goes on for more than 8 packets \(limit exchangePackets\)/)]);
});

test('messages beyond that are not kept: the host key is that of the first ones', async () => {
  const replies = (count: number): Said[] => Array.from({ length: count }, () => ['s', packet(reply)]);
  const script: Said[] = [['c', 'SSH-2.0-c\r\n'], ['s', 'SSH-2.0-s\r\n'], ['c', packet(KEXINIT)], ['s', packet(KEXINIT)], ['c', packet(init)], ...replies(30)];
  const { sessions, packets } = await dissectTalk(script, { limits: { exchangePackets: 8 } });
  expect(packets).toHaveLength(33);
  expect(sessions[0]?.exchanges[0]?.hostKey?.type).toBe('ssh-ed25519');
  expect(sessions[0]?.exchanges[0]?.packets).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('host keys are told while there is room', async () => {
  const { session, said } = await limited([...round, ...round], { hostKeyBytes: 2 * reply.length });
  expect(session.exchanges.map((e) => e.hostKey?.type)).toEqual(['ssh-ed25519', undefined, undefined]);
  expect(said).toEqual([expect.stringMatching(/from key exchange 2 on no host keys are told.*\(limit hostKeyBytes\)/)]);
  expect((await limited([...round], {})).session.exchanges.map((e) => e.hostKey?.type)).toEqual(['ssh-ed25519', 'ssh-ed25519']);
});

test('a record tells of so many exchanges', async () => {
  const { session, said } = await limited([...round, ...round, ...round], { exchanges: 2 });
  expect(session.exchanges.map((e) => e.epoch)).toEqual([1, 2]);
  expect(said).toEqual(['of the key exchanges only the first 2 are told (limit exchanges), and not 2 more']);
});

test.each([
  ['storyBytes', { storyBytes: 6000 }],
  ['exchangePackets', { exchangePackets: 2 }],
])('what explains exchange hashes keeps within %s, and what it kept is free again when the session is over', async (_, limits) => {
  const collector = new ExchangeCollector(limits);
  for (const name of ['openssh-login', 'kex-curve25519']) {
    const found = await resultsOf(fixture(name).capture);
    for (const one of found) if (one.kind === 'packet') collector.packet(one.packet);
    const [e] = found.flatMap((one) => (one.kind === 'session' ? collector.take(one.session) : []));
    expect(e?.leftOut).toBeGreaterThan(0);
    expect(e?.inputs.map((i) => i.part.name)).toContain('V_C');
    expect(e?.missing).toContain('Q_S');
  }
});

/** Ephemeral private values of every Diffie-Hellman group, as real programs had them, in every way in which they are written down. */
import { collect, DEFAULT_LIMITS, inMemory, type Limits, SecretStore } from '../../src/index.ts';
import type { Side } from '../../src/ssh/model.ts';
import { framesOfFixture, pcap } from '../support/capture-files.ts';
import { fixture, fixtures } from '../support/fixtures.ts';
import { framesOf, segmentsOf } from '../support/variants.ts';

const SIDES: readonly Side[] = ['client', 'server'];
const NAMES = fixtures().filter((name) => /^private-(dh|gex)/.test(name));
const GROUPS = 'group1-sha1 group14-sha1 group14-sha256 group15-sha512 group16-sha512 group17-sha512 group18-sha512 group-exchange-sha1 group-exchange-sha256';

const lines = (text = '') => text.trimEnd().split('\n');

/** The sessions of a capture, with what is looked at here. */
async function openAll(capture: Uint8Array, log: string, limits: Limits = DEFAULT_LIMITS) {
  const secrets = new SecretStore(limits);
  secrets.add(new TextEncoder().encode(log), 'private.keylog');
  const { sessions } = await collect(inMemory(capture), { secrets, limits });
  return sessions.map((session) => {
    const [exchange] = session.exchanges;
    return { session, exchange, verdict: exchange?.signature.verdict, secret: exchange?.secret, states: SIDES.map((side) => session[side].decryption.state) };
  });
}

async function open(name: string, log: string, limits?: Limits) {
  const [opened] = await openAll(fixture(name).capture, log, limits);
  if (opened === undefined) throw new Error('no session');
  return opened;
}

/** The recording `name` several times, one after the other, from other ports each time. */
function repeated(name: string, times: number): Uint8Array {
  const segments = segmentsOf(framesOfFixture(fixture(name).capture));
  const moved = (port: number, n: number) => (port === 22 ? port : 20_000 + n);
  const copies = Array.from({ length: times }, (_, n) =>
    segments.map((s) => ({ ...s, sourcePort: moved(s.sourcePort, n), destinationPort: moved(s.destinationPort, n) })),
  );
  return pcap(framesOf(copies.flat()));
}

const OPENED = { verdict: 'valid', states: ['ok', 'ok'] };

test('there is a recording for each group', () => {
  const claimed = NAMES.flatMap((name) => fixture(name).manifest.exercises);
  for (const group of GROUPS.split(' ')) expect(claimed).toContain(`kex:diffie-hellman-${group}`);
});

describe.each(NAMES)('%s', (name) => {
  const { privateSecrets, secrets: log } = fixture(name);
  const [client = '', server = ''] = lines(privateSecrets);
  const wanted = fixture(name).manifest.expect.exchanges?.[0]?.exchangeHash;

  test('the value of the client alone, of the server alone', async () => {
    for (const line of [client, server]) {
      const opened = await open(name, line);
      expect(opened).toMatchObject({ ...OPENED, secret: { kind: 'PRIVATE_KEY', note: '' } });
      if (wanted !== undefined) expect(Buffer.from(opened.exchange?.exchangeHash ?? []).toString('hex')).toBe(wanted);
    }
  });

  test('with zero bytes in front, in upper case, without the keyword', async () => {
    expect(await open(name, client.replace(/(PRIVATE_KEY )/, '$100'))).toMatchObject(OPENED);
    expect(
      await open(
        name,
        server.replace(/^(.{32}) PRIVATE_KEY (.*)/, (_, cookie: string, x: string) => `${cookie} PRIVATE_KEY ${x.toUpperCase()}`),
      ),
    ).toMatchObject(OPENED);
    expect(await open(name, client.replace('PRIVATE_KEY ', ''))).toMatchObject(OPENED);
  });

  test('K under the wrong keyword, on a budget that one power of a large group would use up', async () => {
    const limits = { ...DEFAULT_LIMITS, searchWorkTotal: 200_000_000 };
    const opened = await open(name, lines(log)[0]?.replace('SHARED_SECRET', 'PRIVATE_KEY') ?? '', limits);
    expect(opened).toMatchObject({ ...OPENED, secret: { note: 'it is K itself, though the line says PRIVATE_KEY' } });
  });
});

const LARGEST = 'private-dh-group18';

test('right values do not use up what wrong ones may cost: the largest group four times in one run', async () => {
  const [client = ''] = lines(fixture(LARGEST).privateSecrets);
  const all = await openAll(repeated(LARGEST, 4), client);
  expect(all).toHaveLength(4);
  for (const one of all) expect(one).toMatchObject(OPENED);
});

test('what right values may cost has an end, which is a problem', async () => {
  const [client = ''] = lines(fixture(LARGEST).privateSecrets);
  const [first, second] = await openAll(repeated(LARGEST, 2), client, { ...DEFAULT_LIMITS, privateWorkTotal: 1_000_000 });
  expect(first).toMatchObject(OPENED);
  expect(first?.session.problems).toContainEqual(expect.objectContaining({ code: 'limit', message: expect.stringContaining('privateWorkTotal (1000000)') }));
  expect(second?.states).toEqual(['no-secret', 'no-secret']);
  expect(second?.session.client.decryption.reason).toContain('too much was tried already (limits searchWorkTotal and privateWorkTotal)');
});

/**
 * Dozens of key exchanges in one session: what is opened when secrets of some are missing. K of an exchange is of use only where
 * its KEXINITs can be read, which are sealed with the keys of the exchange before; derived keys are found wherever they begin.
 */
import { collect, inMemory, SecretStore } from '../../src/index.ts';
import type { Packet, Side } from '../../src/ssh/model.ts';
import { sshark } from '../support/cli.ts';
import { fixture, fixturePath } from '../support/fixtures.ts';

const SIDES: readonly Side[] = ['client', 'server'];
const [KEXINIT, CHANNEL_DATA] = [20, 94];

async function open(name: string, lines: readonly string[]) {
  const secrets = new SecretStore();
  secrets.add(new TextEncoder().encode(lines.join('\n')), 'secrets.keylog');
  const { sessions, packets, totals } = await collect(inMemory(fixture(name).capture), { secrets });
  const [session] = sessions;
  if (session === undefined) throw new Error('no session');
  return { session, packets, totals };
}

/** Side, epoch and sequence number of what was opened behind the first NEWKEYS, sorted. */
const opened = (packets: readonly Packet[]) =>
  packets
    .filter((p) => p.epoch > 0 && p.number !== undefined)
    .map((p) => `${p.side} ${p.epoch} ${p.sequence} ${p.number}`)
    .sort();

describe.each(['rekey-dozens', 'rekey-changes'])('%s', (name) => {
  const log = (fixture(name).secrets ?? '').trimEnd().split('\n');
  const whole = open(name, log);
  const count = log.length / 2;
  const epochs = Array.from({ length: count }, (_, i) => i + 1);
  const ciphers = (fixture(name).manifest.expect.exchanges ?? []).map((e) => e.client.cipher);
  /** Both lines of the exchanges that `keep` tells. */
  const linesOf = (keep: (epoch: number) => boolean) => log.filter((_, i) => keep((i >> 1) + 1));
  const packetsOf = async (keep: (epoch: number) => boolean) => opened((await whole).packets.filter((p) => keep(p.epoch)));
  const cookies = (epoch: number) => log.slice(2 * epoch - 2, 2 * epoch).map((line) => line.slice(0, 32));

  test('both sides begin exchanges, and data of the other side goes on until its own KEXINIT', async () => {
    const { session, packets } = await whole;
    const began = { client: 0, server: 0 };
    const late = { client: 0, server: 0 };
    for (const { packets: indices } of session.exchanges.slice(1)) {
      const [first, second] = packets.filter((p) => indices.includes(p.index) && p.number === KEXINIT);
      if (first === undefined || second === undefined) throw new Error('no KEXINIT');
      began[first.side]++;
      late[second.side] += packets.filter((p) => p.side === second.side && p.number === CHANNEL_DATA && p.frame > first.frame && p.index < second.index).length;
    }
    expect(began.client + began.server).toBe(count - 1);
    for (const side of SIDES) expect(began[side]).toBeGreaterThanOrEqual(10);
    if (name === 'rekey-changes') for (const side of SIDES) expect(late[side]).toBeGreaterThanOrEqual(10);
  });

  test.each(epochs)('without the secret of exchange %i: what was before it is opened, and the wanted cookies are named', async (missing) => {
    const { session, packets } = await open(
      name,
      linesOf((epoch) => epoch !== missing),
    );
    const inClear = ciphers[missing - 1] === 'none';
    expect(opened(packets)).toEqual(await packetsOf((epoch) => epoch < missing || inClear));
    const verdict = (p: Packet) => (p.epoch === 0 ? 'none' : p.epoch === missing && inClear ? 'unchecked' : 'valid');
    expect(packets.filter((p) => p.number !== undefined && p.mac !== verdict(p)).map((p) => p.index)).toEqual([]);
    for (const side of SIDES) {
      const { state, reason } = session[side].decryption;
      expect(state).toBe(inClear ? 'ok' : missing === 1 ? 'no-secret' : 'partial');
      expect(reason).toContain(`${missing === 1 ? '' : `key exchange ${missing} has `}no secret for the cookie ${cookies(missing)[0]} (client)`);
      expect(reason).toContain(`or ${cookies(missing)[1]} (server)`);
    }
    const { signature } = session.exchanges[missing - 1] ?? {};
    expect(signature?.verdict).toBe('unchecked');
  });

  test('with every second one, with the first alone, with the last alone', async () => {
    const some: readonly (readonly [keep: (epoch: number) => boolean, first: number])[] = [
      [(epoch) => epoch % 2 === 1, 2],
      [(epoch) => epoch === 1, 2],
      [(epoch) => epoch === count, 1],
    ];
    for (const [keep, wanted] of some) {
      const { session, packets } = await open(name, linesOf(keep));
      expect(opened(packets)).toEqual(await packetsOf((epoch) => epoch < wanted));
      for (const side of SIDES) for (const cookie of cookies(wanted)) expect(session[side].decryption.reason).toContain(cookie);
    }
  });

  describe('derived keys', () => {
    let exported: ReturnType<typeof sshark>;
    // Not before the tests: what it loads may only be loaded while one runs.
    beforeAll(() => {
      exported = sshark(['secrets', fixturePath(name, 'capture.pcapng'), '-k', fixturePath(name, 'secrets.keylog'), '--export', 'keys']);
      return exported;
    });
    const keys = async (keep: (epoch: number) => boolean) =>
      (await exported).out
        .trimEnd()
        .split('\n')
        .filter((_, i) => keep(i + 1));
    /** Exchanges that `keep` tells, and those for the cipher `none` behind one that can be read. */
    const met =
      (keep: (epoch: number) => boolean) =>
      (epoch: number): boolean =>
        keep(epoch) || (ciphers[epoch - 1] === 'none' && epoch > 1 && met(keep)(epoch - 1));

    test('all of them open everything', async () => {
      const { session, packets, totals } = await open(name, await keys(() => true));
      expect(opened(packets)).toEqual(await packetsOf(() => true));
      for (const side of SIDES) expect(session[side].decryption.state).toBe('ok');
      expect(totals.problems).toEqual([]);
    });

    test.each(epochs)('without those of exchange %i every other one is opened', async (missing) => {
      const keep = (epoch: number) => epoch !== missing;
      const { session, packets } = await open(name, await keys(keep));
      expect(opened(packets)).toEqual(await packetsOf(met(keep)));
      if (ciphers[missing - 1] === 'none') return;
      for (const side of SIDES) {
        expect(session[side].decryption.state).toBe('partial');
        for (const cookie of cookies(missing)) expect(session[side].decryption.reason).toContain(cookie);
      }
    });

    test('every second one, the first alone, the last alone open their own', async () => {
      for (const keep of [(epoch: number) => epoch % 2 === 1, (epoch: number) => epoch === 1, (epoch: number) => epoch === count]) {
        const { packets } = await open(name, await keys(keep));
        expect(opened(packets)).toEqual(await packetsOf(met(keep)));
      }
    });
  });

  test('the table of secrets has each line with its session and exchange', async () => {
    const { code, out } = await sshark(['secrets', fixturePath(name, 'capture.pcapng'), '-k', fixturePath(name, 'secrets.keylog')]);
    expect(code).toBe(0);
    for (const [i, line] of log.entries()) {
      const row = `${i + 1}  SHARED_SECRET  ${line.slice(0, 32)}  session 1, exchange ${(i >> 1) + 1}${i % 2 === 0 ? '' : `: the same K as line ${i}`}\n`;
      expect(out).toContain(row);
    }
  });

  test('the exported key log opens the same', async () => {
    const { out } = await sshark(['secrets', fixturePath(name, 'capture.pcapng'), '-k', fixturePath(name, 'secrets.keylog'), '--export', 'keylog']);
    const again = await open(name, out.trimEnd().split('\n'));
    expect(opened(again.packets)).toEqual(await packetsOf(() => true));
    expect(again.session.exchanges.map((e) => e.exchangeHash)).toEqual((await whole).session.exchanges.map((e) => e.exchangeHash));
  });
});

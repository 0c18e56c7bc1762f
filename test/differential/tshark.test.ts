/** The fields that Wireshark knows too, as tshark reads them, on every recording. Where it errs, the exception says how. */
import { spawnSync } from 'node:child_process';
import type { Identification, Negotiation, Packet, Result, Session } from '../../src/index.ts';
import { fieldColumn } from '../../src/render/fields.ts';
import { fixture, fixturePath, fixtures } from '../support/fixtures.ts';
import { print, resultsOf } from '../support/outputs.ts';

const VERSION = /TShark.*? (\d+\.\d+)\./.exec(spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1];

const LISTS = 'encryption_algorithms mac_algorithms compression_algorithms languages'
  .split(' ')
  .flatMap((list) => [`ssh.${list}_client_to_server`, `ssh.${list}_server_to_client`]);
const FIELDS = [
  ...'protocol message_code packet_length padding_length cookie kex_algorithms server_host_key_algorithms'.split(' ').map((name) => `ssh.${name}`),
  ...LISTS,
  ...'kex.hassh kex.hasshserver first_kex_packet_follows host_key.type host_key.rsa.n host_key.rsa.e host_key.dsa.p host_key.dsa.q host_key.dsa.g host_key.dsa.y'
    .split(' ')
    .map((name) => `ssh.${name}`),
  ...'host_key.ecdsa.id host_key.ecdsa.q host_key.eddsa.key host_sig.type dh.e dh.f dh_gex.min dh_gex.nbits dh_gex.max dh_gex.p dh_gex.g ecdh.q_c ecdh.q_s'
    .split(' ')
    .map((name) => `ssh.${name}`),
];

/** What tshark 4.0 gets wrong: in which sessions, and in which fields. */
const EXCEPTIONS: readonly {
  readonly why: string;
  readonly in: (n: Negotiation | undefined, protocol: Session['protocol']) => boolean;
  readonly fields: RegExp;
}[] = [
  {
    why: 'takes the byte strings of the hybrid for the numbers of Diffie-Hellman',
    in: (n) => /^(sntrup|mlkem)/.test(n?.kex ?? ''),
    fields: /^ssh\.(dh\.[ef]|ecdh\.q_[cs])$/,
  },
  {
    why: 'knows no RSA key exchange, and reads its messages as those of Diffie-Hellman',
    in: (n) => n?.kex?.startsWith('rsa') === true,
    fields: /^ssh\.(dh\.[ef]|host_key\..*|host_sig\.type)$/,
  },
  {
    why: 'reads a guess before it knows the method, and a wrong one as the real message',
    in: (n) => n?.guess.client !== 'none',
    fields: /^ssh\.(dh\.e|ecdh\.q_c)$/,
  },
  {
    why: 'knows no key exchange by GSS-API, and reads its messages as those of Diffie-Hellman',
    in: (n) => n?.kex?.startsWith('gss-') === true,
    fields: /^ssh\.(dh\.|dh_gex\.|ecdh\.|host_key\.|host_sig\.)/,
  },
  { why: 'takes no key of a security key apart', in: (n) => n?.hostKey?.startsWith('sk-') === true, fields: /^ssh\.host_key\.(ecdsa|eddsa)\./ },
  { why: 'reads the first message of each side of SSH-1 alone', in: (_, protocol) => protocol === 1, fields: /^ssh\.message_code$/ },
  { why: 'takes no certificate apart', in: (n) => /-cert-v01@/.test(n?.hostKey ?? ''), fields: /^ssh\.host_key\.(rsa|eddsa)\./ },
];

/** What tshark also prints for the encrypted bytes behind NEWKEYS in the same frame: there it guesses, and we are not asked. */
const BEYOND = /^ssh\.(message_code|packet_length|padding_length)$/;

/** Values of a field in the order of one sender. */
type Values = Map<string, string[]>;

const key = (port: string | number, field: string) => `${port} ${field}`;

function add(values: Values, at: string, more: readonly string[]): void {
  values.set(at, [...(values.get(at) ?? []), ...more]);
}

/** What tshark says of the frames up to the NEWKEYS of each sender: behind them it guesses. */
function theirs(name: string, serverPort: number, lastFrames: ReadonlyMap<number, number>): Values {
  const columns = ['frame.number', 'tcp.srcport', ...FIELDS].flatMap((field) => ['-e', field]);
  const how = ['-T', 'fields', '-E', 'aggregator=|', '-E', 'separator=;', '-d', `tcp.port==${serverPort},ssh`];
  const { stdout } = spawnSync('tshark', ['-n', '-r', fixturePath(name, 'capture.pcapng'), '-Y', 'ssh', ...how, ...columns], { encoding: 'utf8' });
  const values: Values = new Map();
  for (const line of stdout.split('\n')) {
    const [frame, port = '', ...cells] = line.split(';');
    if (Number(frame) > (lastFrames.get(Number(port)) ?? 0)) continue;
    for (const [i, cell] of cells.entries()) if (cell !== '') add(values, key(port, FIELDS[i] ?? ''), cell.split('|'));
  }
  return values;
}

const isClear = (one: Result): one is Extract<Result, { kind: 'packet' | 'identification' }> =>
  one.kind === 'identification' || (one.kind === 'packet' && one.packet.epoch === 0 && !one.packet.cut);
const itemOf = (one: Extract<Result, { kind: 'packet' | 'identification' }>): Packet | Identification =>
  one.kind === 'packet' ? one.packet : one.identification;

async function ours(clear: readonly Result[]): Promise<Values> {
  const values: Values = new Map();
  for (const field of ['tcp.srcport', ...FIELDS]) if (fieldColumn(field) === undefined) throw new Error(`no field ${field}`);
  const text = await print(clear, { command: 'packets', format: 'fields', options: { fields: ['tcp.srcport', ...FIELDS], separator: ';' } });
  for (const line of text.split('\n').slice(0, -1)) {
    const [port = '', ...cells] = line.split(';');
    for (const [i, cell] of cells.entries()) if (cell !== '') add(values, key(port, FIELDS[i] ?? ''), [cell]);
  }
  return values;
}

const run = VERSION === undefined ? describe.skip : describe;
if (VERSION === undefined) console.warn('skipped: tshark is not installed');

run(`tshark ${VERSION}`, () => {
  test.each(fixtures())('%s', async (name) => {
    const found = await resultsOf(fixture(name).capture);
    const [session] = found.flatMap((one) => (one.kind === 'session' ? [one.session] : []));
    if (session === undefined) return;
    const clear = found.filter(isClear);
    const last = new Map<number, number>();
    for (const item of clear.map(itemOf)) last.set(item.session.flow[item.from].port, item.frame);
    const [us, them] = [await ours(clear), theirs(name, session.server.port, last)];
    const wrong: string[] = [];
    for (const at of new Set([...us.keys(), ...them.keys()])) {
      const [port, field = ''] = at.split(' ');
      const mine = us.get(at) ?? [];
      const other = (them.get(at) ?? []).slice(0, BEYOND.test(field) ? mine.length : undefined);
      if (JSON.stringify(mine) === JSON.stringify(other)) continue;
      if (EXCEPTIONS.some((e) => e.in(session.exchanges[0]?.negotiation, session.protocol) && e.fields.test(field))) continue;
      wrong.push(`${port === String(session.server.port) ? 'server' : 'client'} ${field}: ${mine.join('|').slice(0, 100)} <> ${other.join('|').slice(0, 100)}`);
    }
    expect(wrong).toEqual([]);
  });
});

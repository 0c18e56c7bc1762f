/** Compressed packets that expand a thousand times, under real keys, through the whole program under a limit of memory. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { latin1 } from '../../src/bytes/text.ts';
import { BOMBS } from '../support/bombs.ts';
import { Program } from '../support/program.ts';

jest.setTimeout(300_000);

/** What node may keep, beside what lies outside of its heap. */
const LIMIT = ['--max-old-space-size=128'];
/** Megabytes of the whole process; and with a packet of 4 MiB printed whole, which is text several times over. */
const MB = 200;
const MB_PRINTED = 330;
/** Seconds of processor time; most take a tenth, printing all as JSON a third. */
const SECONDS = 30;

const program = new Program();
const dir = mkdtempSync(join(tmpdir(), 'sshark-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
  program.remove();
});

describe.each(BOMBS.map((bomb) => [bomb.name, bomb] as const))('%s', (_, bomb) => {
  const [path, keys, out] = [join(dir, 'capture'), join(dir, 'keys'), join(dir, 'out')];
  afterAll(() => rmSync(out, { recursive: true, force: true }));
  beforeAll(async () => {
    const { capture, secrets } = await bomb.make();
    writeFileSync(path, capture);
    writeFileSync(keys, secrets);
  });

  /** Runs `sshark call` on it; the last 64 KB that it printed. */
  const run = async (call: string, mb = MB): Promise<string> => {
    let end = '';
    const onOutput = (bytes: Uint8Array) => {
      end = (end + latin1(bytes.subarray(-65_536))).slice(-65_536);
    };
    const done = await program.run([...call.split(' '), path, '-k', keys], { node: LIMIT, onOutput });
    expect(done).toMatchObject({ code: 0, err: expect.stringMatching(/^(?!.)|nothing to follow/) });
    expect(done.mb).toBeLessThan(mb);
    expect(done.seconds).toBeLessThan(SECONDS);
    return end;
  };

  test('summary says the limit once, and where', async () => {
    const [session] = JSON.parse(await run('summary -T json')) as { problems: { code: string; message: string; frame: number; span: object }[] }[];
    const said = (session?.problems ?? []).filter((p) => p.message.includes('inflatedBytes'));
    expect(said).toEqual(bomb.beyond ? [expect.objectContaining({ code: 'limit', frame: expect.any(Number), span: expect.any(Object) })] : []);
  });

  test.each(['packets -V -x --max-bytes 64', 'follow --raw', 'explain'])('%s', async (call) => {
    await run(call);
  });

  test('packets -T json', async () => {
    expect(await run('packets -T json', MB_PRINTED)).toMatch(/\n\]\n$/);
  });

  test('extract', async () => {
    await run(`extract -o ${out}`);
    const all = existsSync(out) ? readdirSync(out, { recursive: true, withFileTypes: true }) : [];
    const files = all.filter((e) => e.isFile() && e.name === 'zeros');
    expect(files.map((e) => statSync(join(e.parentPath, e.name)).size)).toEqual(bomb.file === undefined ? [] : [bomb.file]);
  });
});

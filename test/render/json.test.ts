import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  jsonRenderer,
  ndjsonRenderer,
  plain,
  recordOfCapture,
  recordOfIdentification,
  recordOfPacket,
  recordOfSession,
  textOfRecord,
} from '../../src/render/json.ts';
import { DEFAULT_RENDER_OPTIONS } from '../../src/render/renderer.ts';
import { aCapture, aFullSession, aPacket, aSession, identified } from '../support/model.ts';

const schema = JSON.parse(readFileSync('docs/output.schema.json', 'utf8'));
const ajv = new Ajv2020({ allowUnionTypes: true }).addSchema(schema);
const validate = ajv.compile({ $ref: schema.$id });

/** The record as a reader gets it, after it met the schema. */
function valid(record: Parameters<typeof textOfRecord>[0]): Record<string, unknown> {
  const read = JSON.parse(textOfRecord(record));
  // Its own part first, which tells more about a mistake than "none of four".
  ajv.validate({ $ref: `${schema.$id}#/$defs/${read.record}` }, read);
  expect(ajv.errors ?? []).toEqual([]);
  expect(validate(read)).toBe(true);
  return read;
}

const pair = identified(aSession(), 'SSH-2.0-OpenSSH_9.2p1 Debian-2', 'SSH-2.0-dropbear');

test('every record meets the schema, full and almost empty', () => {
  const session = aFullSession();
  valid(recordOfIdentification(pair.client));
  valid(recordOfPacket(aPacket(session)));
  const sealed = { encrypted: true, padding: undefined, number: undefined, name: undefined, payload: undefined, value: undefined, mac: 'unchecked' } as const;
  valid(recordOfPacket(aPacket(session, sealed)));
  valid(
    recordOfPacket(
      aPacket(session, { problems: [{ code: 'trailing', severity: 'warning', message: 'x', span: { start: 1, end: 2 }, frame: 3, rfc: '4253#6' }] }),
    ),
  );
  valid(recordOfSession(session));
  valid(recordOfSession(aSession({ ended: undefined, protocol: 1, roles: 'port', fragments: [aPacket(session, { cut: true })] })));
  valid(recordOfCapture(aCapture({ compression: 'gzip', problems: [{ code: 'truncated', severity: 'warning', message: 'cut', offset: 77, line: 3 }] })));
});

test('the schema refuses what is not documented', () => {
  const record = JSON.parse(textOfRecord(recordOfPacket(aPacket(aSession()))));
  expect(validate({ ...record, extra: 1 })).toBe(false);
  expect(validate({ ...record, side: 'a' })).toBe(false);
  expect(validate({ ...record, time: '2024-02-29 12:00' })).toBe(false);
  expect(validate({ record: 'packet' })).toBe(false);
});

test('an identification tells its side and its parts', () => {
  expect(valid(recordOfIdentification(pair.server))).toMatchObject({ side: 'server', softwareVersion: 'dropbear', comments: null });
  expect(valid(recordOfIdentification(pair.client))).toMatchObject({ side: 'client', comments: 'Debian-2', frames: [4] });
});

test('a packet that was not opened has neither number, name nor fields', () => {
  const p = aPacket(aSession(), { encrypted: true, number: undefined, name: undefined, value: undefined });
  expect(valid(recordOfPacket(p))).toMatchObject({ encrypted: true, number: null, name: null, fields: null });
});

test('values: bytes are hex, integers above 2^53 are decimal text, nothing else changes', () => {
  const value = {
    bytes: Uint8Array.of(0, 171, 255),
    small: 7n,
    large: 2n ** 64n - 1n,
    edge: 2n ** 53n,
    float: 2 ** 60,
    list: ['a', Uint8Array.of(1)],
    yes: true,
  };
  expect(plain(value)).toEqual({
    bytes: '00abff',
    small: 7,
    large: '18446744073709551615',
    edge: '9007199254740992',
    float: '1152921504606846976',
    list: ['a', '01'],
    yes: true,
  });
});

test('--max-bytes cuts bytes and text and says so', () => {
  expect(plain({ bytes: Uint8Array.of(1, 2, 3), text: 'abc', short: 'ab' }, 2)).toEqual({ bytes: '0102…', text: 'ab…', short: 'ab' });
});

test('no character that a terminal obeys leaves, and reading gives it back', () => {
  const nasty = '\u001b[31m\u009b\u202e\u2028\u0007\n"\\\u007f\ufeff';
  const p = aPacket(aSession(), { summary: nasty, value: { userName: nasty } });
  const text = textOfRecord(recordOfPacket(p));
  expect(text).toMatch(/^[ -~]*$/);
  expect(JSON.parse(text)).toMatchObject({ summary: nasty, fields: { userName: nasty } });
});

test('characters of other scripts stay readable', () => {
  expect(textOfRecord(recordOfPacket(aPacket(aSession(), { summary: 'Grüße 漢字' })))).toContain('Grüße 漢字');
});

test('json is one array of what ndjson has line by line; a fragment is in its session only', () => {
  const session = aSession({ fragments: [aPacket(aSession(), { cut: true })] });
  const run = (make: typeof jsonRenderer) => {
    const r = make(DEFAULT_RENDER_OPTIONS);
    const parts = [
      r.begin?.(),
      r.packet?.(aPacket(session)),
      r.packet?.(aPacket(session, { cut: true })),
      r.session?.(session),
      r.capture?.(aCapture()),
      r.end?.(),
    ];
    return parts.join('');
  };
  const lines = run(ndjsonRenderer)
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l));
  expect(lines.map((l) => l.record)).toEqual(['packet', 'session', 'capture']);
  expect(lines[1].fragments).toHaveLength(1);
  expect(JSON.parse(run(jsonRenderer))).toEqual(lines);
  expect(JSON.parse(jsonRenderer(DEFAULT_RENDER_OPTIONS).end?.() ?? '')).toEqual([]);
});

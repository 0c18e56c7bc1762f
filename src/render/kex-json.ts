/** Key exchanges as records for machines. */
import { toHex } from '../bytes/hex.ts';
import { ExchangeCollector, type ExchangeExplanation, type Input } from '../explain/exchange-hash.ts';
import type { Json, JsonRecord } from './json.ts';
import { textOfRecord } from './json.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

/** All records in one array. */
export function kexJsonRenderer(options: RenderOptions): Renderer {
  const collector = new ExchangeCollector(options.limits);
  let before = '[\n';
  return {
    packet: (p) => {
      collector.packet(p);
      return '';
    },
    session: (s) => {
      let out = '';
      for (const e of collector.take(s, options)) {
        out += before + textOfRecord(recordOfExchangeHash(e, options));
        before = ',\n';
      }
      return out;
    },
    end: () => (before === ',\n' ? '\n]\n' : '[]\n'),
  };
}

/** The record of one key exchange; K and the keys are null unless `showSecrets`. */
export function recordOfExchangeHash(e: ExchangeExplanation, options: Pick<RenderOptions, 'showSecrets' | 'maxBytes' | 'tamper'>): JsonRecord {
  const { exchange, finding } = e;
  return {
    record: 'kex',
    session: e.session.number,
    exchange: exchange.epoch,
    kex: exchange.negotiation?.kex ?? null,
    hash: e.method?.hash ?? null,
    inputs: e.inputs.map((i) => recordOfInput(i, options)),
    missing: [...e.missing],
    leftOut: e.leftOut,
    secret: exchange.secret === undefined ? null : { ...exchange.secret },
    exchangeHash: hexOr(e.h),
    sessionId: hexOr(e.sessionId),
    hostKey: exchange.hostKey === undefined ? null : { type: exchange.hostKey.type, fingerprint: exchange.hostKey.fingerprint },
    signature: { algorithm: exchange.signatureAlgorithm ?? null, ...exchange.signature },
    culprit:
      finding === undefined
        ? null
        : {
            mistakes: finding.mistakes.map((m) => ({ name: m.name, sentence: m.sentence, rfc: m.rfc })),
            exchangeHash: hexOr(finding.h),
            sentences: [...finding.sentences],
          },
    keys: e.keys.map((k) => ({ letter: k.letter, use: k.use, formula: k.formula, length: k.length, value: options.showSecrets ? hexOr(k.value) : null })),
    tamper: recordOfTamper(e, options),
  };
}

function recordOfInput({ part, places }: Input, { showSecrets, maxBytes }: Pick<RenderOptions, 'showSecrets' | 'maxBytes'>): JsonRecord {
  const shown = part.id !== 'k' || showSecrets;
  return {
    name: part.name,
    id: part.id,
    kind: part.kind,
    length: part.value.length,
    // The length in front: nothing for a uint32.
    prefix: toHex(part.encoded.subarray(0, part.encoded.length - part.value.length)),
    bytes: shown ? cut(part.value, maxBytes) : null,
    from: part.id === 'k' ? null : part.from,
    message: part.message ?? null,
    places: places.map((p) => ({ frame: p.frame, offset: p.offset, length: p.length })),
    doc: part.doc,
    rfc: part.rfc,
  };
}

function recordOfTamper({ tampered: t }: ExchangeExplanation, { showSecrets, tamper }: Pick<RenderOptions, 'showSecrets' | 'tamper'>): Json {
  if (tamper === undefined) return null;
  if (t === undefined) return { field: tamper.field, bit: tamper.bit, possible: false };
  const at = t.bit >> 3;
  const shown = t.part.id !== 'k' || showSecrets;
  return {
    field: t.part.name,
    bit: t.bit,
    possible: true,
    before: shown ? toHex(t.part.value.subarray(at, at + 1)) : null,
    after: shown ? toHex(t.value.subarray(at, at + 1)) : null,
    exchangeHash: toHex(t.h),
    tamperedExchangeHash: toHex(t.tamperedH),
    bitsChanged: t.bitsChanged,
    signature: t.signature.verdict,
    tamperedSignature: t.tamperedSignature.verdict,
    keysChanged: [...t.keysChanged],
  };
}

function hexOr(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : toHex(bytes);
}

function cut(bytes: Uint8Array, maxBytes = Number.POSITIVE_INFINITY): string {
  return bytes.length > maxBytes ? `${toHex(bytes.subarray(0, maxBytes))}…` : toHex(bytes);
}

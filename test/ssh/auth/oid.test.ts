import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { oid } from '../../../src/ssh/auth/oid.ts';
import { encode } from '../../../src/wire/codec.ts';
import { decode } from '../../../src/wire/cursor.ts';

/** A string of RFC 4251 around `hex`. */
const wire = (hex: string) => fromHex((hex.length / 2).toString(16).padStart(8, '0') + hex) ?? new Uint8Array(0);

// `openssl asn1parse -genstr OID:…` wrote these.
test.each([
  ['06092a864886f712010202', '1.2.840.113554.1.2.2', 'Kerberos 5'],
  ['06062b0601050502', '1.3.6.1.5.5.2', 'SPNEGO'],
  ['060a2b06010401823702020a', '1.3.6.1.4.1.311.2.2.10', 'NTLMSSP'],
  ['0603883703', '2.999.3', undefined],
])('%s is %s', (der, dotted, label) => {
  const d = decode(oid, wire(der), { complete: true });
  expect([d.value, d.problems]).toEqual([dotted, []]);
  expect(oid.label?.(d.value)).toBe(label);
  expect(toHex(encode(oid, d.value))).toBe(toHex(wire(der)));
});

test.each(['', '06', '0600', '0701', '06022a', '06032a8686', '06022a8601', '06022a80', '0603802a03', `0620${'ff'.repeat(31)}7f`])(
  '%s is no object identifier, and keeps its bytes',
  (der) => {
    const d = decode(oid, wire(der), { complete: true });
    expect(d.problems.map((p) => p.code)).toEqual(['noncanonical']);
    expect(d.value).toBe(`hex:${der}`);
    expect(toHex(encode(oid, d.value))).toBe(toHex(wire(der)));
  },
);

import { addressText } from '../../src/net/address.ts';
import { address } from '../support/packets.ts';

/** The left side is any way to write the address, the right one the way of RFC 5952. */
test.each([
  // RFC 5952 sections 1, 2 and 4
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0db8:0:0:0:0:0:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa'],
  ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
  // RFC 4291 section 2.2
  ['FF01:0:0:0:0:0:0:101', 'ff01::101'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['FE80:0:0:0:0:0:0:0', 'fe80::'],
  ['0:0:0:0:0:FFFF:8190:3426', '::ffff:129.144.52.38'],
  ['0:0:1:0:0:0:0:0', '0:0:1::'],
])('IPv6 %s is %s', (from, to) => {
  expect(addressText(6, words(address(from)))).toBe(to);
});

test.each(['0.0.0.0', '192.0.2.1', '255.255.255.255', '128.0.0.1'])('IPv4 %s', (text) => {
  const address4 = new Uint32Array(4);
  address4[3] = words(address(text))[0] as number;
  expect(addressText(4, address4)).toBe(text);
});

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i));
}

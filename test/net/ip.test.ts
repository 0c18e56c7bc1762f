import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { SegmentReader } from '../../src/net/reader.ts';
import {
  big,
  concat,
  ethernet,
  frame,
  geneve,
  gre,
  gtpu,
  hex,
  IPV4,
  IPV6,
  ieee8023,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  radiotap,
  sll,
  sll2,
  tcp,
  udp,
  vlan,
  vxlan,
  wlan,
} from '../support/packets.ts';
import { VECTORS } from './vectors.ts';

const payload = new TextEncoder().encode('SSH-2.0-x\r\n');
const options = hex('0101080a0000000100000002');
const segment = tcp({ sequence: 1000, acknowledgement: 2000, options }, payload);
const four = ipv4({ id: 7 }, segment);
const six = ipv6({}, segment);
const outer = { source: '10.0.0.1', destination: '10.0.0.2', id: 9 };

/** Reads one frame; the payload as text, or undefined, and the problems. */
function read(bytes: Uint8Array, fields: Parameters<typeof frame>[1] = {}, limits = DEFAULT_LIMITS) {
  const reader = new SegmentReader(limits);
  const found = reader.read(frame(bytes, fields));
  const text = found && new TextDecoder('latin1').decode(found.buffer.subarray(found.start, found.end));
  return { text, missing: found?.missing, problems: reader.problems.map((p) => `${p.code}: ${p.message}`) };
}

test.each<[string, Uint8Array]>([
  ['Ethernet, IPv4', ethernet(IPV4, four)],
  ['Ethernet, IPv6', ethernet(IPV6, six)],
  ['802.1Q', ethernet(0x8100, vlan(IPV4, four))],
  ['802.3, LLC, SNAP', ieee8023(IPV4, four)],
  ['PPPoE', ethernet(0x8864, pppoe(0x21, four))],
  ['LINUX_SLL', sll(IPV4, four)],
  ['LINUX_SLL2, IPv6', sll2(IPV6, six)],
  ['PPP with ff03', ppp(0x21, four)],
  ['IP in IP', ethernet(IPV4, ipv4({ ...outer, protocol: 4 }, four))],
  ['GRE, IPv4', ethernet(IPV4, ipv4({ ...outer, protocol: 47 }, gre(IPV4, four)))],
  ['VXLAN', ethernet(IPV4, ipv4({ ...outer, protocol: 17 }, udp({}, vxlan(ethernet(IPV4, four)))))],
  ['GENEVE, Ethernet', ethernet(IPV4, ipv4({ ...outer, protocol: 17 }, udp({ destinationPort: 6081 }, geneve(0x6558, ethernet(IPV4, four)))))],
  ['GTP-U', ethernet(IPV4, ipv4({ ...outer, protocol: 17 }, udp({ destinationPort: 2152 }, gtpu(four))))],
])('the frame builders of the tests build what scapy builds: %s', (name, built) => {
  const vector = VECTORS.find((row) => row[0] === name);
  expect(built).toEqual(hex(vector?.[2] ?? ''));
});

test.each<[string, number, Uint8Array]>([
  ['802.11', 105, wlan(IPV4, four)],
  ['802.11 with radiotap', 127, radiotap(IPV6, six)],
  ['MPLS', 1, ethernet(0x8847, mpls([16, 17], four))],
])('the other frame builders build what is read: %s', (_, linkType, bytes) => {
  expect(read(bytes, { linkType })).toEqual({ text: 'SSH-2.0-x\r\n', missing: 0, problems: [] });
});

test('padding of Ethernet is not payload', () => {
  expect(read(concat(ethernet(IPV4, ipv4({}, tcp({ flags: 0x10 }))), hex('000000000000')))).toEqual({ text: '', missing: 0, problems: [] });
  expect(read(concat(ethernet(IPV4, four), hex('ffffffff'))).text).toBe('SSH-2.0-x\r\n');
});

test('a length of 0, left by segmentation offload, means all of the frame, and more than 65,535 bytes then fit', () => {
  const large = tcp({}, new Uint8Array(70_000).fill(0x41));
  expect(read(ethernet(IPV4, ipv4({ length: 0 }, large))).text?.length).toBe(70_000);
  const jumbo = concat(hex('0600 c204'), big(large.length + 8, 4), large);
  expect(read(ethernet(IPV6, ipv6({ length: 0, protocol: 0 }, jumbo))).text?.length).toBe(70_000);
});

test.each([
  ['no field', '00 00 0800 00000000', ''],
  ['flags', '00 00 0900 02000000 10', 'dddddddd'],
  ['TSFT and flags', '00 00 1100 03000000 0102030405060708 10', 'dddddddd'],
  ['two bit maps, TSFT and flags', '00 00 1900 03000080 00000000 00000000 0102030405060708 10', 'dddddddd'],
])('the FCS that radiotap tells of is not payload: %s', (_, header, fcs) => {
  const bytes = concat(hex(header), wlan(IPV4, ipv4({ length: 0 }, segment)), hex(fcs));
  expect(read(bytes, { linkType: 127 })).toEqual({ text: 'SSH-2.0-x\r\n', missing: 0, problems: [] });
});

test('an IP length beyond the frame is missing payload, also when the capture does not say that it cut', () => {
  expect(read(ethernet(IPV4, ipv4({ length: 163 }, segment)))).toEqual({
    text: 'SSH-2.0-x\r\n',
    missing: 100,
    problems: ['truncated: frames that hold fewer bytes than their lengths promise (snap length): 1'],
  });
});

test.each<[string, Uint8Array, string]>([
  ['IPv4 header of 16 bytes', at(four, 0, 0x44), 'malformed: frames with an IPv4 header of another version or less than 20 bytes: 1'],
  ['IPv4 with version 6', at(four, 0, 0x65), 'malformed: frames with an IPv4 header of another version or less than 20 bytes: 1'],
  ['IPv4 header longer than the packet', at(at(four, 0, 0x4f), 3, 40), 'malformed: frames with an IPv4 total length shorter than the header: 1'],
  ['data offset 4', at(four, 32, 0x40), 'malformed: frames with a TCP data offset below 5: 1'],
  ['data offset beyond the packet', at(four, 32, 0xf0), 'malformed: frames with a TCP header that does not fit: 1'],
  ['IP packet too short for TCP', ipv4({}, segment.subarray(0, 19)), 'malformed: frames with a TCP header that does not fit: 1'],
  ['frame without anything', new Uint8Array(0), 'malformed: frames with an IPv4 header that does not fit: 1'],
])('%s is a problem and no segment', (_, ip, problem) => {
  expect(read(ethernet(IPV4, ip))).toEqual({ text: undefined, missing: undefined, problems: [problem] });
});

test('each kind of problem is said once, with its count and the first frame', () => {
  const reader = new SegmentReader(DEFAULT_LIMITS);
  for (let number = 5; number < 105; number++) {
    reader.read(frame(four, { number, linkType: number % 2 === 0 ? 147 : 0x10_001 }));
    reader.read(frame(ethernet(IPV4, at(four, 32, 0x40)), { number }));
  }
  expect(reader.problems).toEqual([
    { code: 'unknown', severity: 'note', message: 'frames of link type 65537, which sshark does not read: 50', frame: 5 },
    { code: 'malformed', severity: 'error', message: 'frames with a TCP data offset below 5: 100', frame: 5 },
    { code: 'unknown', severity: 'note', message: 'frames of link type 147, which sshark does not read: 50', frame: 6 },
  ]);
});

test('kinds of problems are limited in number', () => {
  const reader = new SegmentReader({ ...DEFAULT_LIMITS, problems: 3 });
  for (let linkType = 1000; linkType < 1010; linkType++) reader.read(frame(four, { linkType }));
  expect(reader.problems.map((p) => p.code)).toEqual(['unknown', 'unknown', 'unknown', 'limit']);
  expect(reader.problems[3]?.message).toContain('7');
});

test('headers are taken off up to the limit', () => {
  const nested = (tags: number) =>
    ethernet(
      0x8100,
      Array.from({ length: tags - 1 }).reduce((inner: Uint8Array) => vlan(0x8100, inner), vlan(IPV4, four)),
    );
  // Ethernet, the tags, IPv4 and TCP.
  expect(read(nested(DEFAULT_LIMITS.encapsulations - 3)).text).toBe('SSH-2.0-x\r\n');
  expect(read(nested(DEFAULT_LIMITS.encapsulations - 2))).toMatchObject({
    text: undefined,
    problems: ['limit: frames with more than 16 headers before TCP (limit encapsulations): 1'],
  });
});

test('what is not TCP is silence', () => {
  const arp = ethernet(0x0806, new Uint8Array(28));
  const icmp = ethernet(IPV4, ipv4({ protocol: 1 }, new Uint8Array(8)));
  const dns = ethernet(IPV4, ipv4({ protocol: 17 }, udp({ destinationPort: 53 }, new Uint8Array(12))));
  const spanningTree = ethernet(38, concat(hex('424203'), new Uint8Array(35)));
  const beacon = concat(hex('8000'), new Uint8Array(40));
  for (const bytes of [arp, icmp, dns, spanningTree]) expect(read(bytes)).toEqual({ text: undefined, missing: undefined, problems: [] });
  expect(read(beacon, { linkType: 105 })).toEqual({ text: undefined, missing: undefined, problems: [] });
});

test('802.11 frames under link protection are counted, and an A-MSDU of two gives the first and says so', () => {
  const secret = wlan(IPV4, four);
  secret[1] = 0x41;
  expect(read(secret, { linkType: 105 })).toMatchObject({ text: undefined, problems: [expect.stringMatching(/^undecryptable: .*: 1$/)] });
  const body = concat(hex('aaaa03 000000 0800'), four);
  const subframe = concat(hex('020000000001 020000000002'), big(body.length, 2), body, hex('000000').subarray(0, (4 - ((14 + body.length) % 4)) % 4));
  const two = concat(hex('8801 0000 020000000001 020000000002 020000000003 0000 8000'), subframe, subframe);
  expect(read(two, { linkType: 105 })).toMatchObject({ text: 'SSH-2.0-x\r\n', problems: [expect.stringMatching(/^unknown: .*several packets.*: 1$/)] });
});

function at(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const out = bytes.slice();
  out[offset] = value;
  return out;
}

/** Payloads of the messages 50 to 100: number and body. Recorded ones are OpenSSH 9.2 talking to itself; the others are built from the text of the RFC. */
import { fromHex } from '../../src/bytes/hex.ts';
import { concat } from './packets.ts';
import { ascii, K_S, signed, str, u32 } from './two-ends.ts';

/** A message; `owner` is the authentication method or the global request that gives its number a meaning. */
export interface AboveSample {
  readonly owner: string;
  readonly origin: 'recorded' | 'built';
  readonly payload: Uint8Array;
}

const RECORDED: readonly (readonly [owner: string, hex: string])[] = [
  ['', '320000000773747564656e740000000e7373682d636f6e6e656374696f6e000000046e6f6e65'],
  ['', '33000000097075626c69636b657900'],
  [
    '',
    '320000000773747564656e740000000e7373682d636f6e6e656374696f6e000000097075626c69636b6579000000000b7373682d65643235353139000000330000000b7373682d6564323535313900000020cceab871786f54fdc56aca18aac16e3d462b6048733c23e69294ef2f55b7eeb1',
  ],
  [
    'publickey',
    '3c0000000b7373682d65643235353139000000330000000b7373682d6564323535313900000020cceab871786f54fdc56aca18aac16e3d462b6048733c23e69294ef2f55b7eeb1',
  ],
  ['', '500000001c6e6f2d6d6f72652d73657373696f6e73406f70656e7373682e636f6d00'],
  [
    '',
    '5000000017686f73746b6579732d3030406f70656e7373682e636f6d00000000330000000b7373682d6564323535313900000020e4b9d8d965d99f88f9b689605651687e1b6207ae1af9734edd54d17a8536706f',
  ],
  ['', '62000000000000000465786563010000000a6563686f2068656c6c6f'],
  ['', '62000000000000000b657869742d7374617475730000000000'],
  ['', '320000000773747564656e740000000e7373682d636f6e6e656374696f6e000000146b6579626f6172642d696e7465726163746976650000000000000000'],
  ['keyboard-interactive', '3c000000000000000000000000000000010000000a50617373776f72643a2000'],
  ['keyboard-interactive', '3d0000000100000006736573616d65'],
  ['', '5f00000000000000010000002a6465627567333a20436f707920656e7669726f6e6d656e743a204d4f54445f53484f574e3d70616d0d0a'],
  ['', '500000000d74637069702d666f727761726401000000096c6f63616c686f737400000000'],
  ['', '500000001f73747265616d6c6f63616c2d666f7277617264406f70656e7373682e636f6d010000000b2f72756e2f732e736f636b'],
  [
    '',
    '500000001d686f73746b6579732d70726f76652d3030406f70656e7373682e636f6d0100000117000000077373682d72736100000003010001000001010090fe8cc3712dc45b50f7d2e7922c629793ab0ab25554603f645d2f01545b6ed982013dabdde73e8e6b621eba34fccae5ef5fa1d6f80ba27ebf6e310d7e94d6e2a019c46972a4986721974ee393b538d7d51dc49f0abc745a16b12b5642a73edba97cd826d27cf6cbce865b424b95564da4479586046f79466692d83ed003bb5ad63357a10b56851a3e7bd1068e938e6a4c92a08003b1d733f1381db6d4bdae0f4508ae0c454272a0e35efa8b2d34e6bd66b61371b4838accf7bfe814f522dd12eb1cbeba5ab27751e17040e3c3c9034a8f981f5a3dc796b30b9ff5097d2735324a07f76499f709edae8b2bfbdbf6a5f304a5481151a7783f3a44627085cc0bcb',
  ],
  ['tcpip-forward', '510000a8a7'],
  [
    'hostkeys-prove-00@openssh.com',
    '51000001140000000c7273612d736861322d3531320000010024cd83c78d98ebac48e28fc1397cd330e7d126ab5601f8b76be55e8d49bc3a1cc1ff5543f53c1ec4f50909811d0ee50d963da8663fb542b3fc75315e51e673d1a36a2326829a537b872697085a175eee8e09486ef0c5c562d97f86c935c967c8ef4b30ea67e493ed412d8b4da61d5869d809ed39cc87b883ff6dcf95df65260789103486ef2f8ccdcbf85d9cd6efa0863a3cc0bf6ab09649a733b02f7b6c1ee2e108bdbcad20ecece16d16323d8c9526e8952ae9ddc12a57e2cef3c9f0888ede7bb3601d2852842e830960245bdb607b4cd9a6aa31b17089fc8d51596fdbc04a1a1404d66a63b4b02e7c6cede0b8ba69f96adbde876138727192dd361cf85253',
  ],
  ['', '6200000002000000077074792d726571010000000464756d62000000000000000000000000000000000000000100'],
  ['', '620000000200000003656e7600000000054c41425f410000000162'],
  ['', '50000000156b656570616c697665406f70656e7373682e636f6d01'],
  ['', '62000000020000000b657869742d7369676e616c00000000044b494c4c000000000000000000'],
];

const text = (value: string) => str(ascii(value));
const byte = (value: number) => Uint8Array.of(value);
const yes = byte(1);
const no = byte(0);

/** SSH_MSG_USERAUTH_REQUEST up to the fields of the method (RFC 4252 section 5). */
const login = (method: string, ...fields: Uint8Array[]) => concat(byte(50), text('root'), text('ssh-connection'), text(method), ...fields);
const global = (name: string, ...fields: Uint8Array[]) => concat(byte(80), text(name), yes, ...fields);
const open = (type: string, ...fields: Uint8Array[]) => concat(byte(90), text(type), u32(3), u32(0x200000), u32(0x8000), ...fields);
const request = (type: string, ...fields: Uint8Array[]) => concat(byte(98), u32(3), text(type), yes, ...fields);
const from = concat(text('192.0.2.7'), u32(50_000));

/** Kerberos 5 as RFC 4462 section 3.2 writes it. */
const KERBEROS = str(fromHex('06092a864886f712010202') ?? new Uint8Array(0));
const SPNEGO = str(fromHex('06062b0601050502') ?? new Uint8Array(0));

const BUILT: readonly (readonly [owner: string, payload: Uint8Array])[] = [
  ['', login('password', no, text('secret'))],
  ['', login('password', yes, text('old one'), text('new one'))],
  ['password', concat(byte(60), text('Your password has expired'), text(''))],
  ['', login('publickey', yes, text('ssh-ed25519'), str(K_S), str(signed(ascii('anything'))))],
  ['', login('publickey-hostbound-v00@openssh.com', yes, text('ssh-ed25519'), str(K_S), str(K_S), str(signed(ascii('anything'))))],
  ['', login('hostbased', text('ssh-ed25519'), str(K_S), text('client.example'), text('alice'), str(signed(ascii('anything'))))],
  ['', login('keyboard-interactive', text(''), text('pam,otp'))],
  ['keyboard-interactive', concat(byte(60), text('Login'), text('Two questions'), text(''), u32(2), text('Password: '), no, text('Code: '), yes)],
  ['keyboard-interactive', concat(byte(61), u32(2), text('sesame'), text('123456'))],
  ['', login('gssapi-with-mic', u32(2), KERBEROS, SPNEGO)],
  ['', login('gssapi-keyex', str(ascii('mic')))],
  ['gssapi-with-mic', concat(byte(60), KERBEROS)],
  ['gssapi-with-mic', concat(byte(61), str(ascii('token')))],
  ['gssapi-with-mic', byte(63)],
  ['gssapi-with-mic', concat(byte(64), u32(0xd0000), u32(2529638919), text('Server not found'), text('en'))],
  ['gssapi-with-mic', concat(byte(65), str(ascii('error token')))],
  ['gssapi-with-mic', concat(byte(66), str(ascii('mic')))],
  ['', global('cancel-tcpip-forward', text('localhost'), u32(8080))],
  ['', global('cancel-streamlocal-forward@openssh.com', text('/run/s.sock'))],
  ['', global('keepalive@libssh2.org')],
  ['', global('keepalive@lag.net')],
  ['', global('keepalive@bitvise.com')],
  ['streamlocal-forward@openssh.com', byte(81)],
  ['', open('direct-tcpip', text('www.example'), u32(80), from)],
  ['', open('forwarded-tcpip', text('localhost'), u32(8080), from)],
  ['', open('x11', from)],
  ['', open('direct-streamlocal@openssh.com', text('/run/s.sock'), text(''), u32(0))],
  ['', open('forwarded-streamlocal@openssh.com', text('/run/s.sock'), text(''))],
  ['', open('auth-agent@openssh.com')],
  ['', open('auth-agent')],
  ['', open('agent-connect')],
  ['', open('tun@openssh.com', u32(1), u32(0x7fffffff))],
  // RFC 4254 section 8: VINTR 3, IUTF8 1 (RFC 8160), ECHO 1, speeds, an opcode without a name, the end.
  [
    '',
    request(
      'pty-req',
      ...[text('xterm-256color'), u32(80), u32(24), u32(640), u32(480)],
      str(fromHex(`01${'00000003'}2a${'00000001'}35${'00000001'}80${'00009600'}81${'00009600'}63${'00000007'}00`) ?? new Uint8Array(0)),
    ),
  ],
  ['', request('x11-req', no, text('MIT-MAGIC-COOKIE-1'), text('0123456789abcdef0123456789abcdef'), u32(0))],
  ['', request('shell')],
  ['', request('subsystem', text('sftp'))],
  ['', request('window-change', u32(132), u32(50), u32(0), u32(0))],
  ['', request('xon-xoff', yes)],
  ['', request('signal', text('INT'))],
  ['', request('break', u32(500))],
  ['', request('eow@openssh.com')],
  ['', request('auth-agent-req@openssh.com')],
  ['', request('auth-agent-req')],
  ['', request('agent-req')],
  ['', request('keepalive@openssh.com')],
  ['', request('simple@putty.projects.tartarus.org')],
  ['', request('winadj@putty.projects.tartarus.org')],
  ['', concat(byte(192), str(ascii('PING!')))],
  ['', concat(byte(193), str(ascii('PING!')))],
];

export const ABOVE_SAMPLES: readonly AboveSample[] = [
  ...RECORDED.map(([owner, hex]) => ({ owner, origin: 'recorded', payload: fromHex(hex) ?? new Uint8Array(0) }) as const),
  ...BUILT.map(([owner, payload]) => ({ owner, origin: 'built', payload }) as const),
];

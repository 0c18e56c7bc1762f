/** Messages of the connection protocol: 80 to 82 and 90 to 100 (RFC 4254). */
import { boolean, described, named, rest, string, struct, text, uint32 } from '../../wire/codec.ts';
import { extend } from '../extend.ts';
import { empty, type MessageDef, message } from '../message.ts';
import { joined, labelled, plain, quoted, size } from '../words.ts';
import { channelRequest } from './channel-requests.ts';
import { channelType } from './channel-types.ts';
import { globalRequest, requestSuccess } from './global-requests.ts';
import { type Specific, type SpecificValue, unknownKind } from './specific.ts';
import { languageTag } from './transport.ts';

/** RFC 4254 section 5.1. */
export const OPEN_FAILURES: Readonly<Record<number, string>> = {
  1: 'administratively prohibited',
  2: 'connect failed',
  3: 'unknown channel type',
  4: 'resource shortage',
};

/** RFC 4254 section 5.2. */
export const DATA_TYPES: Readonly<Record<number, string>> = { 1: 'stderr' };

const recipientChannel = described(uint32, 'Number that the receiver gave the channel.');
const wantReply = described(boolean, 'Whether the sender waits for an answer.');
const answered = (v: { readonly wantReply?: unknown }) => v.wantReply === true && 'wants reply';

const globalRequestMessage = message(
  80,
  'SSH_MSG_GLOBAL_REQUEST',
  '4254#4',
  'Asks for something that belongs to no channel, such as forwarding a port or proving that the peer is alive.',
  extend(struct({ requestName: described(text, 'What is asked.'), wantReply }), (v) => globalRequest(v.requestName)?.body ?? unknownKind),
  (v) => joined(plain(v.requestName), wordsOf(globalRequest, v.requestName, v), answered(v)),
);

const requestFailure = message(
  82,
  'SSH_MSG_REQUEST_FAILURE',
  '4254#4',
  'The oldest unanswered global request is refused, or not known.',
  empty,
  (_, request) => request ?? '',
);

const window = {
  initialWindowSize: described(uint32, 'Bytes that may be sent to the sender of this before it allows more.'),
  maximumPacketSize: described(uint32, 'Largest data packet that the sender of this takes, bytes.'),
};

const openFields = struct({
  channelType: described(text, 'session for a shell, command or subsystem; direct-tcpip and others for forwarding.'),
  senderChannel: described(uint32, 'Number that the sender gives the channel.'),
  ...window,
});

const channelOpen = message(
  90,
  'SSH_MSG_CHANNEL_OPEN',
  '4254#5.1',
  'Asks for a new channel.',
  extend(openFields, (v) => channelType(v.channelType)?.body ?? unknownKind),
  (v) => {
    const sizes = `window ${v.initialWindowSize ?? '?'}, packets of ${v.maximumPacketSize ?? '?'}`;
    return joined(`${plain(v.channelType)} as channel ${v.senderChannel ?? '?'}`, wordsOf(channelType, v.channelType, v), sizes);
  },
);

const channelOpenConfirmation = message(
  91,
  'SSH_MSG_CHANNEL_OPEN_CONFIRMATION',
  '4254#5.1',
  'The channel is open.',
  struct({
    recipientChannel,
    senderChannel: described(uint32, 'Number that the sender gives the channel.'),
    ...window,
    data: described(rest, 'More, for types that have more to say; none of the known ones has.'),
  }),
  (v, type) => joined(type, `channel ${v.recipientChannel ?? '?'} is ${v.senderChannel ?? '?'} here`, `window ${v.initialWindowSize ?? '?'}`),
);

const channelOpenFailure = message(
  92,
  'SSH_MSG_CHANNEL_OPEN_FAILURE',
  '4254#5.1',
  'The channel is not opened.',
  struct({
    recipientChannel,
    reasonCode: described(named(uint32, OPEN_FAILURES), 'Why, as a number for programs.'),
    description: described(text, 'Why, as text for people.'),
    languageTag,
  }),
  (v, type) => joined(type, `channel ${v.recipientChannel ?? '?'}`, `${labelled(v.reasonCode, OPEN_FAILURES)}: ${quoted(v.description)}`),
);

const channelWindowAdjust = message(
  93,
  'SSH_MSG_CHANNEL_WINDOW_ADJUST',
  '4254#5.2',
  'Allows the receiver to send more bytes on a channel.',
  struct({ recipientChannel, bytesToAdd: described(uint32, 'How many more.') }),
  (v) => `channel ${v.recipientChannel ?? '?'}, ${v.bytesToAdd ?? '?'} bytes more`,
);

const channelData = message(
  94,
  'SSH_MSG_CHANNEL_DATA',
  '4254#5.2',
  'Carries bytes of a channel: what is typed, printed or forwarded.',
  struct({ recipientChannel, data: described(string, 'The bytes.') }),
  (v) => `channel ${v.recipientChannel ?? '?'}, ${size(v.data)}`,
);

const channelExtendedData = message(
  95,
  'SSH_MSG_CHANNEL_EXTENDED_DATA',
  '4254#5.2',
  'Carries bytes of a second stream of a channel, in practice stderr.',
  struct({ recipientChannel, dataTypeCode: described(named(uint32, DATA_TYPES), 'Which stream.'), data: described(string, 'The bytes.') }),
  (v) => `channel ${v.recipientChannel ?? '?'}, ${labelled(v.dataTypeCode, DATA_TYPES)}, ${size(v.data)}`,
);

const channelEof = message(
  96,
  'SSH_MSG_CHANNEL_EOF',
  '4254#5.3',
  'The sender will send no more data on the channel; the other way stays open.',
  struct({ recipientChannel }),
  (v) => `channel ${v.recipientChannel ?? '?'}`,
);

const channelClose = message(
  97,
  'SSH_MSG_CHANNEL_CLOSE',
  '4254#5.3',
  'The sender is done with the channel; it is closed when both have said so.',
  struct({ recipientChannel }),
  (v) => `channel ${v.recipientChannel ?? '?'}`,
);

const channelRequestMessage = message(
  98,
  'SSH_MSG_CHANNEL_REQUEST',
  '4254#5.4',
  'Asks for something on a channel: a terminal, a shell, a command, a signal; or tells how a command ended.',
  extend(struct({ recipientChannel, requestType: described(text, 'What is asked.'), wantReply }), (v) => channelRequest(v.requestType)?.body ?? unknownKind),
  (v) => {
    const what = [plain(v.requestType), wordsOf(channelRequest, v.requestType, v)].filter((w) => w !== '').join(' ');
    return joined(`${what} on channel ${v.recipientChannel ?? '?'}`, answered(v));
  },
);

const channelSuccess = message(
  99,
  'SSH_MSG_CHANNEL_SUCCESS',
  '4254#5.4',
  'The oldest unanswered request of the channel is granted.',
  struct({ recipientChannel }),
  (v, request) => joined(request, `channel ${v.recipientChannel ?? '?'}`),
);

const channelFailure = message(
  100,
  'SSH_MSG_CHANNEL_FAILURE',
  '4254#5.4',
  'The oldest unanswered request of the channel is refused, or not known.',
  struct({ recipientChannel }),
  (v, request) => joined(request, `channel ${v.recipientChannel ?? '?'}`),
);

/** Words of a kind about the fields that are its own. */
function wordsOf(find: (name: string) => Specific | undefined, name: unknown, value: unknown): string {
  return typeof name === 'string' ? (find(name)?.words?.(value as SpecificValue) ?? '') : '';
}

/** All messages of the connection protocol, by number. */
export const CONNECTION_MESSAGES: readonly MessageDef[] = [
  globalRequestMessage,
  requestSuccess,
  requestFailure,
  channelOpen,
  channelOpenConfirmation,
  channelOpenFailure,
  channelWindowAdjust,
  channelData,
  channelExtendedData,
  channelEof,
  channelClose,
  channelRequestMessage,
  channelSuccess,
  channelFailure,
];

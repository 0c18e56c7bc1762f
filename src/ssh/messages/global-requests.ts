/** Global requests by name (RFC 4254 sections 4 and 7.1, openssh PROTOCOL section 2), and what their success brings. */
import { box, type Codec, described, optional, repeat, rest, struct, text, uint32 } from '../../wire/codec.ts';
import { hostKeyBlob, keyWords } from '../hostkey/blob.ts';
import { signatureBlob } from '../hostkey/signature.ts';
import { type MessageDef, message, type Summary } from '../message.ts';
import { count, joined, quoted, size } from '../words.ts';
import { hostPort, nothingMore, type Specific, tableOf } from './specific.ts';

/** A global request; `success` is what REQUEST_SUCCESS means when it answers this request. */
export interface GlobalRequest extends Specific {
  readonly success: MessageDef;
}

function granted<T>(body: Codec<T>, words: Summary<T>): MessageDef {
  return message(81, 'SSH_MSG_REQUEST_SUCCESS', '4254#4', 'The oldest unanswered global request is granted.', body, words);
}

/** REQUEST_SUCCESS to a request that is not known, or that the capture does not hold. */
export const requestSuccess = granted(struct({ data: described(rest, 'Answer, of a form that the request determines.') }), (v, request) =>
  joined(request, v.data !== undefined && v.data.length > 0 && size(v.data)),
);

const plainSuccess = granted(struct({}), (_, request) => request ?? '');

const port = granted(
  struct({ allocatedPort: described(optional(uint32), 'The port that the server chose; only there when port 0 was asked for.') }),
  (v, request) => joined(request, v.allocatedPort !== undefined && `port ${v.allocatedPort}`),
);

const proofs = granted(
  struct({ signatures: described(repeat(box(signatureBlob)), 'For each key a signature over the name of the request, the session identifier and the key.') }),
  (v, request) => joined(request, count(v.signatures, 'signature')),
);

const address = {
  addressToBind: described(text, 'Where the server is to listen: empty or 0.0.0.0 for everywhere, localhost for itself.'),
  portToBind: described(uint32, 'The port there; 0 lets the server choose.'),
};

const socketPath = struct({ socketPath: described(text, 'Path of the Unix socket on which the server is to listen.') });

const keys = (doc: string) => struct({ hostKeys: described(repeat(box(hostKeyBlob)), doc) });

function request(name: string, rfc: string, note: string, body: Codec<object>, words?: Specific['words'], success = plainSuccess): GlobalRequest {
  return { name, rfc, note, body, success, ...(words === undefined ? {} : { words }) };
}

/** A question that means nothing: any answer shows that the peer is alive. */
function keepalive(name: string, rfc: string): GlobalRequest {
  return request(name, rfc, 'Asks nothing: any answer, mostly a failure, shows that the peer is alive.', nothingMore);
}

const bound: Specific['words'] = (v) => hostPort(v?.addressToBind, v?.portToBind);
const path: Specific['words'] = (v) => quoted(v?.socketPath);
const keyList: Specific['words'] = (v) => {
  const list = Array.isArray(v?.hostKeys) ? v.hostKeys : [];
  return joined(count(list, 'key'), list.length === 1 && keyWords(list[0]));
};

/** All global requests that are known. */
export const GLOBAL_REQUESTS: readonly GlobalRequest[] = [
  request('tcpip-forward', '4254#7.1', 'Asks the server to listen on a port and to forward what connects there.', struct(address), bound, port),
  request('cancel-tcpip-forward', '4254#7.1', 'The server need not listen there any longer.', struct(address), bound),
  request(
    'hostkeys-00@openssh.com',
    'openssh:PROTOCOL#2.5',
    'The server tells all its host keys, so that clients can learn new ones before the old are withdrawn.',
    keys('All host keys that the server has.'),
    keyList,
  ),
  request(
    'hostkeys-prove-00@openssh.com',
    'openssh:PROTOCOL#2.5',
    'The client asks for proof that the server has the private halves of keys that are new to it.',
    keys('The keys to be proven.'),
    keyList,
    proofs,
  ),
  request('no-more-sessions@openssh.com', 'openssh:PROTOCOL#2.2', 'The client will open no further session: whoever takes it over gains less.', nothingMore),
  request(
    'streamlocal-forward@openssh.com',
    'openssh:PROTOCOL#2.4',
    'Asks the server to listen on a Unix socket and to forward what connects there.',
    socketPath,
    path,
  ),
  request('cancel-streamlocal-forward@openssh.com', 'openssh:PROTOCOL#2.4', 'The server need not listen on that Unix socket any longer.', socketPath, path),
  keepalive('keepalive@openssh.com', 'openssh:PROTOCOL#2'),
  keepalive('keepalive@libssh2.org', 'libssh2'),
  keepalive('keepalive@lag.net', 'paramiko'),
  keepalive('keepalive@bitvise.com', 'bitvise'),
];

const byName = tableOf(GLOBAL_REQUESTS);

/** The global request called `name`. */
export function globalRequest(name: string): GlobalRequest | undefined {
  return byName.get(name);
}

/** Names in the kex list that are signals and no methods; they are never negotiated. */
import type { PseudoAlgorithm } from './method.ts';

const STRICT = 'draft-ietf-sshm-strict-kex';

const strictNote =
  'Asks for strict key exchange, against the Terrapin attack (2023): nothing optional before NEWKEYS, and sequence numbers start again at each NEWKEYS. In force when both sides sent it.';

/** All signals. */
export const PSEUDO_ALGORITHMS: readonly PseudoAlgorithm[] = [
  {
    name: 'ext-info-c',
    from: 'client',
    note: 'The client will take an EXT_INFO message after NEWKEYS.',
    rfc: '8308#2.1',
    standing: 'recommended',
    since: 'OpenSSH 7.2',
  },
  {
    name: 'ext-info-s',
    from: 'server',
    note: 'The server will take an EXT_INFO message after NEWKEYS.',
    rfc: '8308#2.1',
    standing: 'recommended',
  },
  { name: 'kex-strict-c-v00@openssh.com', from: 'client', note: strictNote, rfc: STRICT, standing: 'recommended', since: 'OpenSSH 9.6' },
  { name: 'kex-strict-s-v00@openssh.com', from: 'server', note: strictNote, rfc: STRICT, standing: 'recommended', since: 'OpenSSH 9.6' },
  { name: 'kex-strict-c', from: 'client', note: strictNote, rfc: STRICT, standing: 'recommended' },
  { name: 'kex-strict-s', from: 'server', note: strictNote, rfc: STRICT, standing: 'recommended' },
  {
    name: 'kexguess2@matt.ucc.asn.au',
    note: 'Dropbear: if both sides sent it, a guess is right when the agreed kex method and host key algorithm are the first of the client, whatever the server prefers.',
    rfc: 'dropbear:common-algo.c',
    standing: 'acceptable',
    since: 'Dropbear 2013.57',
  },
];

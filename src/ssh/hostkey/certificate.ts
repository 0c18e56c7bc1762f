/** OpenSSH certificates: a public key, the statement about it, and the signature of a certificate authority. */
import { box, by, type Codec, described, named, repeat, string, struct, text, uint32, uint64 } from '../../wire/codec.ts';
import { signatureBlob } from './signature.ts';

/** End of the names of all certificate key types. */
export const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com';

/** Certificate type: whom the certificate is for. */
export const CERTIFICATE_TYPES: Readonly<Record<number, string>> = { 1: 'user', 2: 'host' };

const FOREVER = 0xffffffffffffffffn;

/** Seconds since 1970 UTC; the ends of the range stand for no limit. */
const moment: Codec<bigint> = { ...uint64, label: momentText };

/** A certificate time as text: ISO 8601 UTC, `always` for 0, `forever` for the largest number. */
export function momentText(seconds: bigint): string {
  if (seconds === 0n) return 'always';
  if (seconds === FOREVER) return 'forever';
  // The range of an ECMAScript Date ends in the year 275760.
  return seconds > 8_640_000_000_000n ? `${seconds} s` : new Date(Number(seconds) * 1000).toISOString().replace('.000', '');
}

const ADDRESSES = described(text, 'Addresses from which the certificate may be used, CIDR, with commas between.');

/** Options whose data is a string in a string; those that are only a flag have no data. */
const OPTION_DATA: ReadonlyMap<string, Codec<object>> = new Map<string, Codec<object>>([
  ['force-command', struct({ data: box(struct({ command: described(text, 'The only command that may be run.') })) })],
  ['source-address', struct({ data: box(struct({ addresses: ADDRESSES })) })],
]);

const flag = struct({ data: string });

const option = by('name', text, (name) => OPTION_DATA.get(name) ?? flag);

/** What follows the key in a certificate; `signatureKey` is the codec of a plain key blob. */
function statement(signatureKey: Codec<object>) {
  return {
    serial: described(uint64, 'Number that the authority gave this certificate, so that it can be revoked.'),
    certificateType: described(named(uint32, CERTIFICATE_TYPES), 'Whether it speaks for a user or for a host.'),
    keyId: described(text, 'Free text by which logs name the certificate.'),
    validPrincipals: described(box(repeat(text)), 'The user names or host names it is valid for; an empty list means any.'),
    validAfter: described(moment, 'Not valid before this moment.'),
    validBefore: described(moment, 'Not valid from this moment on.'),
    criticalOptions: described(box(repeat(option)), 'Restrictions; whoever does not know one of them must refuse the certificate.'),
    extensions: described(box(repeat(option)), 'Permissions; unknown ones may be ignored. Host certificates have none.'),
    reserved: described(string, 'Not used yet, empty.'),
    signatureKey: described(box(signatureKey), 'Public key of the certificate authority.'),
    signature: described(box(signatureBlob), 'Signature of the authority over everything before it.'),
  };
}

/**
 * The fields of a certificate behind its type: nonce, the fields of the certified key, the statement
 * (openssh PROTOCOL.certkeys; draft-ietf-sshm-cert section 2).
 */
export function certificate(key: Readonly<Record<string, Codec<unknown>>>, signatureKey: Codec<object>): Codec<object> {
  const nonce = described(string, 'Random bytes, so that nobody can foresee what the authority will sign (hash collisions).');
  return struct<Record<string, Codec<unknown>>>({ nonce, ...key, ...statement(signatureKey) });
}

/** All that computes with secrets of a key exchange, in one module that is loaded when there are some. */

export { type Evidence, type Finding, findCulprit, type SearchOptions } from './culprit.ts';
export { exchangeHash, type HostSignature, hostSignature } from './exchange-hash.ts';
export { type ExchangeInputs, type GivenSecret, type Reading, type Readings, type Resolution, type Resolved, resolveSecret } from './resolve-secret.ts';
export type { OfferedSecret, Secrets } from './secrets.ts';
export { type Agreed, privateLength, sharedSecret } from './shared-secret.ts';
export { KEY_LETTERS, type Tampered, tamper, type Untampered } from './tamper.ts';

/** All that computes with secrets of a key exchange, in one module that is loaded when there are some. */

export { exchangeHash, type HostSignature, hostSignature } from './exchange-hash.ts';
export { type ExchangeInputs, type GivenSecret, type Reading, type Readings, type Resolution, type Resolved, resolveSecret } from './resolve-secret.ts';
export { type Agreed, privateLength, sharedSecret } from './shared-secret.ts';

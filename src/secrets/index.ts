/** Secrets: reading them in every spelling, looking them up, writing them. */
export { readSecretsBlock, SECRETS_TYPE_SSH } from './dsb.ts';
export {
  type CipherKey,
  type Connection,
  type DerivedKeys,
  describeSource,
  isPlaceholder,
  LETTERS,
  type Letter,
  type PerSide,
  type PrivateKey,
  type Process,
  type SecretItem,
  type SharedSecret,
  type Source,
} from './item.ts';
export { MatchedSecrets } from './match.ts';
export { type Candidate, numberCandidates, stringCandidates } from './normalise.ts';
export { type LineCounts, readSecrets, type SecretsRead } from './read.ts';
export { SecretStore, type SecretsFile } from './store.ts';
export { type ExchangeSecret, writeKeylog, writeKeys } from './write.ts';

/** Jest runs the TypeScript sources as native ES modules. */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need other programs: npm run test:interop.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/differential/', '<rootDir>/test/interop/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }] },
};

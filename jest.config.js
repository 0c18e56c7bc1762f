/** Jest runs the TypeScript sources as native ES modules. */
export default {
  // The page of `report`, as it stands in the sources now.
  globalSetup: '<rootDir>/build-page.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need other programs: npm run test:interop.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/differential/', '<rootDir>/test/interop/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }] },
};

/** Jest for what needs other programs: `npm run test:interop`. */
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/test/differential/**/*.test.ts', '<rootDir>/test/interop/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
};

/** The method `none`: no proof at all (RFC 4252 section 5.2). */
import { type AuthMethod, nothing } from './method.ts';

export const none: AuthMethod = {
  names: ['none'],
  rfc: '4252#5.2',
  note: 'No proof at all: asks which methods there are, and gets in only where the server asks for nothing.',
  request: nothing,
  messages: [],
};

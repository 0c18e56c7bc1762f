/** Links within the page: `#session-1`, `#session-1/keys`, `#session-1/packet-12`, `#session-1/packet-12/SSH_MSG_KEXINIT/cookie`. */
import type { Target } from '../data.ts';

/** A place in the page. */
export interface Route {
  readonly session: number;
  /** Part of the page about a session. */
  readonly section: string | undefined;
  readonly message: string | undefined;
  /** Field of the message, as the names on the way to it. */
  readonly field: string | undefined;
}

/** What stands behind # in the address; session 0 when that is no link of ours. */
export function routeOf(hash: string): Route {
  const [session = '', second, ...field] = hash.replace(/^#/, '').split('/').map(decoded);
  const number = /^session-(\d{1,9})$/.exec(session)?.[1];
  const isMessage = second !== undefined && /^(packet-\d+|(client|server)-identification)$/.test(second);
  return {
    session: Number(number ?? 0),
    section: isMessage ? undefined : second,
    message: isMessage ? second : undefined,
    field: isMessage && field.length > 0 ? field.join('/') : undefined,
  };
}

/** The link to a message, or to a field of it. */
export function linkTo(session: number, { message, field }: Target): string {
  const path = field === undefined ? [] : field.split('/');
  return `#${[`session-${session}`, message, ...path].map(encodeURIComponent).join('/')}`;
}

/** The link to a part of a session's page, or to its beginning. */
export function linkToSection(session: number, section?: string): string {
  return section === undefined ? `#session-${session}` : `#session-${session}/${encodeURIComponent(section)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

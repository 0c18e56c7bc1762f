/** How a file is opened: the flags of OPEN in all versions. */
import type { Partly } from '../../ssh/message.ts';
import type { Version } from './attributes.ts';

/** What an OPEN asks for, whatever the version. */
export interface OpenMode {
  readonly reads: boolean;
  readonly writes: boolean;
  /** Data goes to the end of the file, whatever its offset says. */
  readonly appends: boolean;
  /** What was in the file is gone. */
  readonly truncates: boolean;
}

/** Flags of OPEN up to version 4 (draft-ietf-secsh-filexfer-02 section 6.3, -04 section 6.3), by bit. */
export const OPEN_FLAGS: Readonly<Record<number, string>> = {
  0: 'SSH_FXF_READ',
  1: 'SSH_FXF_WRITE',
  2: 'SSH_FXF_APPEND',
  3: 'SSH_FXF_CREAT',
  4: 'SSH_FXF_TRUNC',
  5: 'SSH_FXF_EXCL',
  6: 'SSH_FXF_TEXT',
};

/** What becomes of a file that is there, or is not: the lowest three bits of the flags from version 5 on. */
export const DISPOSITIONS: Readonly<Record<number, string>> = {
  0: 'SSH_FXF_CREATE_NEW',
  1: 'SSH_FXF_CREATE_TRUNCATE',
  2: 'SSH_FXF_OPEN_EXISTING',
  3: 'SSH_FXF_OPEN_OR_CREATE',
  4: 'SSH_FXF_TRUNCATE_EXISTING',
};

/** The other flags from version 5 on (draft-ietf-secsh-filexfer-13 section 8.1.1), by bit. */
export const OPEN_FLAGS_5: Readonly<Record<number, string>> = {
  3: 'SSH_FXF_APPEND_DATA',
  4: 'SSH_FXF_APPEND_DATA_ATOMIC',
  5: 'SSH_FXF_TEXT_MODE',
  6: 'SSH_FXF_BLOCK_READ',
  7: 'SSH_FXF_BLOCK_WRITE',
  8: 'SSH_FXF_BLOCK_DELETE',
  9: 'SSH_FXF_BLOCK_ADVISORY',
  10: 'SSH_FXF_NOFOLLOW',
  11: 'SSH_FXF_DELETE_ON_CLOSE',
  12: 'SSH_FXF_ACCESS_AUDIT_ALARM_INFO',
  13: 'SSH_FXF_ACCESS_BACKUP',
  14: 'SSH_FXF_BACKUP_STREAM',
  15: 'SSH_FXF_OVERRIDE_OWNER',
};

/** What the fields of an OPEN of `version` ask for. */
export function openMode(version: Version, value: Partly<Readonly<Record<string, unknown>>>): OpenMode {
  const { pflags, desiredAccess, flags } = value;
  if (version < 5) {
    const bits = typeof pflags === 'number' ? pflags : 0;
    return { reads: (bits & 1) !== 0, writes: (bits & 2) !== 0, appends: (bits & 4) !== 0, truncates: (bits & 0x30) !== 0 };
  }
  const access = typeof desiredAccess === 'number' ? desiredAccess : 0;
  const bits = typeof flags === 'number' ? flags : 0;
  return { reads: (access & 1) !== 0, writes: (access & 6) !== 0, appends: (bits & 0x18) !== 0, truncates: [0, 1, 4].includes(bits & 7) };
}

/** `for reading and writing, appending`. */
export function openText({ reads, writes, appends, truncates }: OpenMode): string {
  const what = reads && writes ? 'for reading and writing' : writes ? 'for writing' : reads ? 'for reading' : 'without access to its data';
  return `${what}${writes && truncates ? ', anew' : ''}${appends ? ', at its end' : ''}`;
}

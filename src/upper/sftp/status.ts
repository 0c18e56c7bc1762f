/** Results of requests, by number (draft-ietf-secsh-filexfer-13 section 9.1; version 3 has those up to 8). */

export const SSH_FX_OK = 0;
export const SSH_FX_EOF = 1;

export const STATUS: Readonly<Record<number, string>> = {
  0: 'SSH_FX_OK',
  1: 'SSH_FX_EOF',
  2: 'SSH_FX_NO_SUCH_FILE',
  3: 'SSH_FX_PERMISSION_DENIED',
  4: 'SSH_FX_FAILURE',
  5: 'SSH_FX_BAD_MESSAGE',
  6: 'SSH_FX_NO_CONNECTION',
  7: 'SSH_FX_CONNECTION_LOST',
  8: 'SSH_FX_OP_UNSUPPORTED',
  9: 'SSH_FX_INVALID_HANDLE',
  10: 'SSH_FX_NO_SUCH_PATH',
  11: 'SSH_FX_FILE_ALREADY_EXISTS',
  12: 'SSH_FX_WRITE_PROTECT',
  13: 'SSH_FX_NO_MEDIA',
  14: 'SSH_FX_NO_SPACE_ON_FILESYSTEM',
  15: 'SSH_FX_QUOTA_EXCEEDED',
  16: 'SSH_FX_UNKNOWN_PRINCIPAL',
  17: 'SSH_FX_LOCK_CONFLICT',
  18: 'SSH_FX_DIR_NOT_EMPTY',
  19: 'SSH_FX_NOT_A_DIRECTORY',
  20: 'SSH_FX_INVALID_FILENAME',
  21: 'SSH_FX_LINK_LOOP',
  22: 'SSH_FX_CANNOT_DELETE',
  23: 'SSH_FX_INVALID_PARAMETER',
  24: 'SSH_FX_FILE_IS_A_DIRECTORY',
  25: 'SSH_FX_BYTE_RANGE_LOCK_CONFLICT',
  26: 'SSH_FX_BYTE_RANGE_LOCK_REFUSED',
  27: 'SSH_FX_DELETE_PENDING',
  28: 'SSH_FX_FILE_CORRUPT',
  29: 'SSH_FX_OWNER_INVALID',
  30: 'SSH_FX_GROUP_INVALID',
  31: 'SSH_FX_NO_MATCHING_BYTE_RANGE_LOCK',
};

/** The name of a result; `status 99` for one that has none. */
export function statusName(code: unknown): string {
  return typeof code === 'number' ? (STATUS[code] ?? `status ${code}`) : '?';
}

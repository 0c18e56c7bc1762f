/** The calls of the program that print, each in every form, for tests that look at all that it prints. */

/** Commands that read a capture and print to standard output, with the options that change what they print. */
export const PRINTING: readonly (readonly string[])[] = [
  ['summary'],
  ['summary', '-T', 'json'],
  ['packets'],
  ['packets', '-x'],
  ['packets', '-VV', '-x'],
  ['packets', '-T', 'json'],
  ['packets', '-T', 'ndjson'],
  ['packets', '-T', 'fields', '-e', 'sshark.summary', '-e', 'ssh.payload', '-e', 'ssh.protocol', '-e', 'sshark.problems', '-E', 'header=y'],
  ['explain', '--level', 'deep'],
  ['explain', '-T', 'markdown', '--level', 'deep'],
  ['explain', '-T', 'mermaid'],
  ['explain', '-T', 'json'],
  ['kex'],
  ['kex', '-T', 'json'],
  ['secrets'],
  ['secrets', '-T', 'json'],
  ['follow'],
  ['follow', '--hex'],
  ['follow', '--input'],
];

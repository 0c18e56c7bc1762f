/** Commands that say by their name what they carry, as git and rsync really write them. */

import { utf8 } from '../../src/bytes/text.ts';
import { wordsOf } from '../../src/upper/programs.ts';
import { plainTalk } from '../support/above.ts';
import { confirm, data, open, request, text } from '../support/channel-messages.ts';

test.each<[string, string, string]>([
  ["git-upload-pack '/srv/project.git'", 'git', 'fetch from /srv/project.git'],
  ["git-receive-pack 'a b.git'", 'git', 'push to a b.git'],
  ['git upload-archive project.git', 'git', 'archive of project.git'],
  ['/usr/bin/git-upload-pack --timeout=5 x', 'git', 'fetch from x'],
  ['rsync --server --sender -logDtpre.iLsfxCIvu . dir/ other', 'rsync', 'download from dir/ other'],
  ['rsync --server -logDtpre.iLsfxCIvu . /tmp/up', 'rsync', 'upload to /tmp/up'],
  ['sudo rsync --server -e.LsfxCIvu . x', 'rsync', 'upload to x'],
  ['rsync -a there here', 'stream', ''],
  ['git status', 'stream', ''],
  ['', 'stream', ''],
])('%s', async (command, protocol, detail) => {
  const c = await plainTalk([
    ['c', open('session', 7)],
    ['s', confirm(7, 3)],
    ['c', request(3, 'exec', 0, text(command))],
    ['s', data(7, utf8('00c8'))],
  ]);
  expect(c.sessions[0]?.channels[0]?.content).toMatchObject({ protocol, detail });
});

test('words as a shell takes them', () => {
  expect(wordsOf(`a 'b c' "d \\" e" f\\ g h'i'"j" 'open`)).toEqual(['a', 'b c', 'd " e', 'f g', 'hij', 'open']);
  expect(wordsOf('"'.repeat(100_000)).length).toBeLessThan(5000);
});

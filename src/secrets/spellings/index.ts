/** The spellings that sshark reads, in the order in which they are tried. Adding one is a file here and a line below. */
import type { Spelling } from '../spelling.ts';
import { exported } from './exported.ts';
import { forensics } from './forensics.ts';
import { fritap } from './fritap.ts';
import { keylog } from './keylog.ts';
import { labels } from './labels.ts';
import { letters } from './letters.ts';
import { newkeys } from './newkeys.ts';

export const SPELLINGS: readonly Spelling[] = [keylog, fritap, newkeys, labels, forensics, letters, exported];

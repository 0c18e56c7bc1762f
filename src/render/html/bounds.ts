/** How much goes into one page: it is read by a browser, whole. */

/** Messages, unless the user asks for another number. */
export const MESSAGES = 2000;
/** Sessions. */
export const SESSIONS = 200;
/** Bytes in the dump of one message. */
export const DUMP = 4096;
/** Bytes in all dumps together; once they are used up a message has only its first bytes. */
export const DUMPS = 4 * 1024 * 1024;
export const DUMP_LATER = 256;
/** Characters of one value in a tree. */
export const VALUE = 400;
/** Fields of one message. */
export const FIELDS = 400;
/** Frames that are named of one message. */
export const FRAMES = 16;
/** Names in a list of algorithms, characters of one name. */
export const NAMES = 64;
export const NAME = 80;
/** Characters of one sentence that holds peer text. */
export const SENTENCE = 500;
/** Bytes of the channels of one session that can be played, and of all sessions. */
export const REPLAY = 256 * 1024;
export const REPLAYS = 2 * 1024 * 1024;
/** Rows of one list: channels, attempts to log in, operations, problems, key exchanges, notes. */
export const ROWS = 100;
/** Bytes of packets that are kept until their session is over. */
export const HELD = 16 * 1024 * 1024;

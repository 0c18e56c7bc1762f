/** Every cap of sshark by name, with its default. A cap that is reached is a `limit` problem, never silence. */

export interface Limits {
  /** Largest captured length of one frame, bytes. libpcap's own is 256 KiB; USB and jumbo captures go beyond. */
  readonly frameBytes: number;
  /** Largest block of a pcapng file other than a packet, bytes. */
  readonly blockBytes: number;
  /** Interfaces of one pcapng section. */
  readonly interfaces: number;
  /** Uncompressed bytes of a compressed capture for each compressed byte, once 64 MiB came out. */
  readonly inflateRatio: number;
  /** Tunnels inside tunnels, tags and labels: headers stepped over before the inner IP header. */
  readonly encapsulations: number;
  /** IP datagrams in reassembly at one time, and bytes held for them. */
  readonly ipDatagrams: number;
  readonly ipFragmentBytes: number;
  /** Flows remembered that are not (or not yet) SSH. */
  readonly flows: number;
  /** Bytes kept for a flow while it is undecided whether it is SSH, each direction. */
  readonly detectBytes: number;
  /** Bytes of one direction held back because an earlier segment is missing. */
  readonly reorderBytes: number;
  /** Frames of a flow to wait for a missing segment after the peer has acknowledged it. */
  readonly reorderFrames: number;
  /** Bytes that all flows together hold back or keep while undecided, what a flow costs by itself included. */
  readonly heldBytes: number;
  /** SSH sessions open at one time. */
  readonly sessions: number;
  /** Bytes that all open SSH sessions together keep until their end, about: packets that are not whole, key exchanges, problems, channels. */
  readonly sessionBytes: number;
  /** Seconds of silence after which a flow may be forgotten when room is needed. */
  readonly idleSeconds: number;
  /** Bytes and lines before the identification string (RFC 4253 section 4.2 sets none; OpenSSH reads 1,024 lines of 8 KiB). */
  readonly preambleBytes: number;
  readonly preambleLines: number;
  /** Length of an identification string, bytes, CR LF included. RFC 4253 says 255; longer ones are read and reported. */
  readonly identificationBytes: number;
  /** Largest SSH packet_length, bytes (OpenSSH: 256 KiB). */
  readonly packetBytes: number;
  /** Bytes that the payload of one packet may expand to (zlib). */
  readonly inflatedBytes: number;
  /** Bytes of one direction that wait for a message of the other, or of both for one that tells who is client. */
  readonly waitBytes: number;
  /** Bytes behind a gap, or at the beginning of a stream, in which the beginning of a packet is looked for. */
  readonly searchBytes: number;
  /** Bytes between two packets that counter mode and arcfour are carried over. */
  readonly searchGap: number;
  /** Packets (GCM) or blocks (counter mode) by which the IV of a derived key may be off, either way. */
  readonly searchCounters: number;
  /** Work of one search and of all in a run, in units of about a nanosecond; secrets that do not fit may take a quarter of the latter. */
  readonly searchWork: number;
  readonly searchWorkTotal: number;
  /** Work of all private values in a run that fit, in the same units: a power in the group of 8192 bits takes some 800 million. */
  readonly privateWorkTotal: number;
  /** Key exchanges of one session in its record. */
  readonly exchanges: number;
  /** Packets of one key exchange that its record lists, and of which its messages are kept. */
  readonly exchangePackets: number;
  /** Bytes of the messages of one session that may hold host keys, of which its record tells. */
  readonly hostKeyBytes: number;
  /** Secrets kept from all secrets files together, and different ones kept for one cookie. */
  readonly secretItems: number;
  readonly secretsPerCookie: number;
  /** Bytes of one JSON object, or of one line that is not of a key log, in a secrets file. */
  readonly secretTextBytes: number;
  /** Attempts to log in of one session that are kept; the signatures of later ones are not checked. */
  readonly loginAttempts: number;
  /** Channels of one session that are kept for its record, and those that are open at one time. */
  readonly channels: number;
  /** Requests of one channel that are kept for the record, and characters of commands, variables and hosts of one session. */
  readonly channelRequests: number;
  readonly channelText: number;
  /** Operations of one channel that are kept for its record. */
  readonly channelOperations: number;
  /** Largest message of SFTP or of the agent protocol, bytes (OpenSSH: 256 KiB). */
  readonly innerMessageBytes: number;
  /** SSH sessions inside channels: one inside the other, and open at one time inside one TCP connection. */
  readonly nestedSessions: number;
  readonly innerSessions: number;
  /** Files of one channel that are kept for its record. */
  readonly channelTransfers: number;
  /** Parts of one file that move apart from each other, and the offset up to which its bytes are taken. */
  readonly transferRanges: number;
  readonly transferBytes: number;
  /** Files that are open at one time in one SFTP channel, and requests that wait for an answer (Paramiko asks for all of a file at once). */
  readonly sftpHandles: number;
  readonly sftpRequests: number;
  /** Longest line of SCP, bytes: a name and what stands before it. */
  readonly scpLineBytes: number;
  /** Files of one SFTP channel whose attributes are remembered until they are opened; the oldest are forgotten. */
  readonly sftpAttributes: number;
  /** Requests of one side that wait for an answer at one time: global ones, and those of one channel. */
  readonly pendingRequests: number;
  /** Largest capture file that is looked through for secrets blocks behind the packets they open before these are read, bytes. */
  readonly lateSecretsBytes: number;
  /** Signatures over an exchange hash that do not verify and whose cause is looked for, in one run; each takes some hundred milliseconds. */
  readonly diagnoses: number;
  /** Packets of one session that are kept for its story. */
  readonly storyPackets: number;
  /** Bytes of the packets that are kept for the stories and the exchange hashes, each, of all sessions that are not over: as they were sent, in clear and decompressed. */
  readonly storyBytes: number;
  /** Characters of the comments that `annotate` adds for messages, and of those for sessions as many again. */
  readonly commentText: number;
  /** Characters of the comments that `annotate` adds to one frame for its messages. */
  readonly frameCommentText: number;
  /** Messages of one session whose comments wait for the outcome of a key exchange. */
  readonly commentsHeld: number;
  /** Problems kept for one session or capture; later ones are counted. */
  readonly problems: number;
}

export const DEFAULT_LIMITS: Limits = {
  frameBytes: 16 * 1024 * 1024,
  blockBytes: 64 * 1024 * 1024,
  interfaces: 65_536,
  inflateRatio: 1100,
  encapsulations: 16,
  ipDatagrams: 1024,
  ipFragmentBytes: 16 * 1024 * 1024,
  flows: 131_072,
  detectBytes: 16 * 1024,
  reorderBytes: 8 * 1024 * 1024,
  reorderFrames: 64,
  heldBytes: 128 * 1024 * 1024,
  sessions: 65_536,
  sessionBytes: 256 * 1024 * 1024,
  idleSeconds: 600,
  preambleBytes: 64 * 1024,
  preambleLines: 1024,
  identificationBytes: 8192,
  packetBytes: 256 * 1024,
  inflatedBytes: 4 * 1024 * 1024,
  waitBytes: 1024 * 1024,
  searchBytes: 256 * 1024,
  searchGap: 16 * 1024 * 1024,
  searchCounters: 1024 * 1024,
  searchWork: 500_000_000,
  searchWorkTotal: 10_000_000_000,
  privateWorkTotal: 100_000_000_000,
  exchanges: 4096,
  exchangePackets: 4096,
  hostKeyBytes: 4 * 1024 * 1024,
  secretItems: 2 * 1024 * 1024,
  secretsPerCookie: 64,
  secretTextBytes: 1024 * 1024,
  loginAttempts: 256,
  channels: 4096,
  channelRequests: 64,
  channelText: 1024 * 1024,
  channelOperations: 1024,
  innerMessageBytes: 1024 * 1024,
  nestedSessions: 4,
  innerSessions: 256,
  channelTransfers: 4096,
  transferRanges: 4096,
  transferBytes: 2 ** 40,
  sftpHandles: 4096,
  sftpRequests: 262_144,
  scpLineBytes: 16 * 1024,
  sftpAttributes: 1024,
  pendingRequests: 1024,
  lateSecretsBytes: 32 * 1024 * 1024,
  diagnoses: 16,
  storyPackets: 1024,
  storyBytes: 64 * 1024 * 1024,
  commentText: 64 * 1024 * 1024,
  frameCommentText: 1024 * 1024,
  commentsHeld: 64,
  problems: 1000,
};

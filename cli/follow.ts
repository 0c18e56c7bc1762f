/** The command `follow`: what went over the channels of a session. */
import { channelHeading, dataOf, nothingToFollow } from '../src/render/follow.ts';
import { DEFAULT_RENDER_OPTIONS, type RenderOptions, type Stream } from '../src/render/renderer.ts';
import type { Channel, Session, Sink } from '../src/ssh/model.ts';
import { type Arguments, type Command, type Companion, lastOf, numberOf, type Run, UsageError, valuesOf } from './command.ts';
import { statOf } from './stat.ts';

/** The forms besides text, each an option. */
const FORMS = ['raw', 'hex', 'cast'] as const;
const STREAMS = ['client', 'server', 'stderr'] as const;
/** Channels and sessions that a message lists. */
const LISTED = 20;

export const follow: Command = {
  name: 'follow',
  describe: 'Print what went over channels: terminals as a person saw them, commands, forwarded connections; byte for byte, or as a replay',
  examples: [
    ['sshark follow capture.pcapng -k keys.log', 'all channels as text'],
    ['sshark follow capture.pcapng -k keys.log -s 1 --channel 0 --raw > output', 'the bytes that the server sent on one channel'],
    ['sshark follow capture.pcapng -k keys.log --cast -o session.cast', 'a recording for asciinema play'],
    ['sshark follow capture.pcapng -k keys.log --input', 'what was typed'],
  ],
  options: {
    channel: { type: 'string', requiresArg: true, describe: 'Only this channel of each session, by the number that summary shows' },
    raw: { type: 'boolean', describe: 'The bytes of one stream of one channel and nothing else' },
    side: { type: 'string', choices: STREAMS, describe: 'Which stream --raw writes (default server)' },
    hex: { type: 'boolean', describe: 'A hex dump of each piece of data with its time' },
    cast: { type: 'boolean', describe: 'One channel as an asciicast (v2) with its timing; with --input also the keys' },
    input: { type: 'boolean', describe: 'What was typed, and whether it was echoed' },
    time: { type: 'string', choices: ['relative', 'absolute'], default: 'relative', describe: 'Times of --hex and --input' },
  },
  render: (args) => ({ format: formatOf(args), options: optionsOf(args) }),
  check: async (args) => {
    const chosen = FORMS.filter((form) => args[form] === true);
    if (chosen.length > 1) throw new UsageError(`--${chosen.join(' and --')} exclude each other`);
    if (args.side !== undefined && args.raw !== true) throw new UsageError('--side is for --raw');
    if (args.input === true && (args.raw === true || args.hex === true)) throw new UsageError('--input stands alone or with --cast');
  },
  settle: async (args, run) => (needsOne(args) ? chooseChannel(args, run) : args),
  companion: async (args, run) => (needsOne(args) ? new Silence(args, run) : undefined),
};

function formatOf(args: Arguments): string {
  return FORMS.find((form) => args[form] === true) ?? (args.input === true ? 'input' : 'text');
}

function optionsOf(args: Arguments): Pick<RenderOptions, 'channel' | 'stream' | 'input' | 'absoluteTime'> {
  const stream = STREAMS.find((one) => one === lastOf(args.side)) ?? 'server';
  return { channel: numberOf('--channel', args.channel), stream, input: args.input === true, absoluteTime: lastOf(args.time) === 'absolute' };
}

/** The form is of one channel, so that one must be chosen. */
function needsOne(args: Arguments): boolean {
  return args.raw === true || args.cast === true;
}

/** Whether a form shows something of `c`. */
function shows(args: Arguments, c: Channel, stream: Stream): boolean {
  const extended = c.extendedBytes.client + c.extendedBytes.server;
  if (args.cast === true) return c.bytes.server + extended > 0;
  return (stream === 'stderr' ? extended : c.bytes[stream]) > 0;
}

/** The arguments with the one channel that there is to show. Reads the capture when they leave it open. */
async function chooseChannel(args: Arguments, run: Run): Promise<Arguments> {
  if (valuesOf(args.session, ',').length === 1 && args.channel !== undefined) return args;
  const form = args.raw === true ? '--raw' : '--cast';
  if (run.path === '-' || statOf(run.path)?.isFile() === false)
    throw new UsageError(`${form} of a pipe needs a session and a channel: -s NUMBER --channel NUMBER`);
  const { channel, stream } = optionsOf(args);
  const found: { readonly session: Session; readonly channel: Channel }[] = [];
  const session = (s: Session) => {
    if (!run.wants(s)) return;
    for (const c of s.channels) if ((channel === undefined || c.id === channel) && shows(args, c, stream)) found.push({ session: s, channel: c });
  };
  await run.read({ session });
  const [one] = found;
  if (one === undefined) return args;
  if (found.length === 1) return { ...args, session: String(one.session.number), channel: String(one.channel.id) };
  const lines = found.slice(0, LISTED).map((f) => `\n  -s ${f.session.number} --channel ${f.channel.id}   ${channelHeading(f.session, f.channel)}`);
  const more = found.length > LISTED ? `\n  and ${found.length - LISTED} more` : '';
  throw new UsageError(`${form} is of one channel, and ${found.length} have something to show:${lines.join('')}${more}`);
}

/** Says on standard error why nothing was written: the output itself is for the bytes. */
class Silence implements Companion {
  readonly sink: Sink;
  private readonly run: Run;
  private silent = true;
  private reasons: string[] = [];

  constructor(args: Arguments, run: Run) {
    this.run = run;
    const options = { ...DEFAULT_RENDER_OPTIONS, ...optionsOf(args) };
    this.sink = {
      packet: (p) => {
        const data = this.silent && run.wants(p.session) ? dataOf(p, options) : undefined;
        if (data !== undefined) this.silent = args.raw === true ? data.stream !== options.stream : data.stream === 'client';
      },
      session: (s) => {
        if (!run.wants(s) || this.reasons.length >= LISTED) return;
        const other = s.channels.some((c) => c.bytes.client + c.bytes.server > 0 && (options.channel === undefined || options.channel === c.id));
        this.reasons.push(other ? `Session ${s.number}: nothing to follow: no data went that way\n` : nothingToFollow(s, options));
      },
    };
  }

  async finish(): Promise<void> {
    if (this.silent) this.run.world.error(this.reasons.length === 0 ? 'No SSH session to follow.\n' : this.reasons.join(''));
  }
}

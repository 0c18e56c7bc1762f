/** What is known of one SSH session, and the order in which its results are given. */
import type { Timestamp } from '../capture/frame.ts';
import type { Limits } from '../limits.ts';
import type { End, Flow, FlowEnd } from '../stream/chunk.ts';
import { type Problem, problem } from '../wire/problem.ts';
import { Connection } from './connection/connection.ts';
import type { ChannelHandlers } from './connection/handler.ts';
import { Direction } from './direction.ts';
import { reportDisagreement } from './disagreement.ts';
import { endingText } from './ending.ts';
import { KeyExchange } from './exchange.ts';
import type { Secrets } from './kex/secrets.ts';
import { Login } from './login.ts';
import type { Authentication, Channel, HostKey, Identification, Party, Phase, Roles, Session, Side, Sink } from './model.ts';
import type { SshPacket } from './packet.ts';
import { SessionParty } from './party.ts';
import { notePhase } from './phases.ts';
import { peer, type RoleVerdict, rolesFromFlow, rolesFromMessages } from './roles.ts';

/** What is taken to be kept, in bytes: a session by itself, a problem, a channel, an attempt to log in, a result that waits. */
const COST = { session: 8192, problem: 256, channel: 1024, attempt: 512, held: 1536 } as const;

/** A result that is ready but must wait until it is known who is client. */
type Held = { readonly packet: SshPacket } | { readonly identification: Identification };

export class SshSession implements Session {
  readonly number: number;
  readonly flow: Flow;
  readonly limits: Limits;
  readonly a = new Direction('a');
  readonly b = new Direction('b');
  readonly exchanges: KeyExchange[] = [];
  readonly phases: Phase[] = [];
  readonly fragments: SshPacket[] = [];
  readonly problems: Problem[] = [];
  protocol: 1 | 2 = 2;
  packets = 0;
  ended: FlowEnd | undefined;
  /** A DISCONNECT that was read, in words. */
  farewell: string | undefined;
  /** The user is logged in. */
  authenticated = false;
  /** H of the first exchange (RFC 4253 section 7.2), once it is known. */
  sessionId: Uint8Array | undefined;
  /** Strict KEX as the first exchange settled it. */
  strict: boolean | undefined;
  readonly secrets: Secrets | undefined;
  private logins: Login | undefined;
  private connections: Connection | undefined;
  /** Says who follows the content of its channels; set before the first message. */
  channelHandlers: ((session: SshSession) => ChannelHandlers) | undefined;
  /** The channel that this session runs inside, when it is not on a TCP connection of the capture. */
  parent: Session['parent'];
  private readonly sink: Sink;
  private verdict: RoleVerdict | undefined;
  private held: Held[] = [];
  private heldBytes = 0;
  private hushed = 0;
  private tasks: (() => void)[] = [];
  /** Bytes that its identification strings take, and the lines before them, about. */
  lineBytes = 0;
  /** Bytes of the messages of its key exchanges, about. */
  exchangeBytes = 0;
  /** Bytes of those that may hold host keys. */
  hostKeyBytes = 0;
  /** The parties once nothing moves any more. */
  private lastClient: Party | undefined;
  private lastServer: Party | undefined;

  constructor(number: number, flow: Flow, limits: Limits, sink: Sink, secrets?: Secrets) {
    this.secrets = secrets;
    this.number = number;
    this.flow = flow;
    this.limits = limits;
    this.sink = sink;
    this.phases.push({ name: 'tcp', time: flow.start, frame: flow.firstFrame });
  }

  /** The session is over: its record is given. */
  close(how: FlowEnd): void {
    this.ended = how;
    this.decideRoles();
    reportDisagreement(this);
    this.phase('end', { time: this.flow.last, frame: this.flow.lastFrame });
    if (this.tasks.length > 0) this.doTasks();
    this.connections?.channels.finish();
    this.boundExchanges();
    if (this.hushed > 0) this.problems.push(problem('limit', `${this.hushed} more problems are not listed (limit problems: ${this.limits.problems})`));
    this.sink.session?.(this);
  }

  /** Nothing more will come, so that only its record wants the exchanges: a record takes several times what they do. */
  private boundExchanges(): void {
    const most = this.limits.exchanges;
    const more = this.exchanges.length - most;
    if (more <= 0) return;
    this.report(problem('limit', `of the key exchanges only the first ${most} are told (limit exchanges), and not ${more} more`));
    this.exchanges.length = most;
  }

  // --- who is who

  get roles(): Roles {
    return this.current.roles;
  }

  get rolesKnown(): boolean {
    return this.verdict !== undefined;
  }

  /** The roles as far as they are known. */
  private get current(): RoleVerdict {
    return this.verdict ?? rolesFromFlow(this.flow);
  }

  sideOf(end: End): Side {
    return this.current.client === end ? 'client' : 'server';
  }

  endOf(side: Side): End {
    return side === 'client' ? this.current.client : peer(this.current.client);
  }

  /** A message showed that `end` is `side`. The first such message decides. */
  learnRole(end: End, side: Side): void {
    if (this.verdict === undefined) this.settle(rolesFromMessages(this.flow, end, side));
  }

  /** No message will tell, or it may not be waited for any longer. */
  decideRoles(): void {
    if (this.verdict === undefined) this.settle(rolesFromFlow(this.flow));
  }

  private settle(verdict: RoleVerdict): void {
    this.verdict = verdict;
    for (const exchange of this.exchanges) exchange.settle(verdict.client);
    const { held } = this;
    if (held.length === 0) return;
    this.held = [];
    for (const one of held) this.give(one);
  }

  // --- results

  /** Somebody takes the packets: then they have the bytes that were sent also where these were opened. */
  get keepsPackets(): boolean {
    return this.sink.packet !== undefined;
  }

  /** Gives a result, or keeps it until the roles are known. */
  give(one: Held): void {
    if (this.verdict === undefined) this.hold(one);
    else if ('packet' in one) this.givePacket(one.packet);
    else this.sink.identification?.(one.identification);
  }

  /** Keeps a result that waits for the roles; when that takes too long the connection decides them. */
  private hold(one: Held): void {
    this.held.push(one);
    this.heldBytes += COST.held + ('packet' in one ? one.packet.length : one.identification.text.length);
    const { waitBytes } = this.limits;
    if (this.heldBytes <= waitBytes) return;
    const { frame } = 'packet' in one ? one.packet : one.identification;
    this.report(
      problem('limit', `no message tells who is client before packets take ${waitBytes} bytes (limit waitBytes): the connection has to tell it`, { frame }),
    );
    this.decideRoles();
  }

  private givePacket(packet: SshPacket): void {
    if (packet.mac === 'invalid' || (packet.encrypted && packet.number === undefined)) this.lose();
    packet.side = this.sideOf(packet.from);
    if (packet.cut) {
      packet.index = this.packets + 1;
      this.fragments.push(packet);
    } else packet.index = ++this.packets;
    for (const p of packet.problems) this.list({ ...p, message: `${packet.name ?? 'packet'}: ${p.message}`, frame: packet.frame });
    const exchange = this.exchanges[packet.epoch];
    if (exchange !== undefined) this.listIn(exchange, packet);
    this.sink.packet?.(packet);
    if (this.tasks.length > 0) this.doTasks();
  }

  /** Lists `packet` among those of `exchange`, up to the limit. */
  private listIn(exchange: KeyExchange, { index, frame }: SshPacket): void {
    const { exchangePackets } = this.limits;
    if (exchange.packets.length < exchangePackets) exchange.packets.push(index);
    else if (!exchange.full) {
      exchange.full = true;
      const what = `key exchange ${exchange.epoch} goes on for more than ${exchangePackets} packets (limit exchangePackets)`;
      this.report(problem('limit', `${what}: later ones are not listed in its record, and its hash is made without them`, { frame }));
    }
  }

  /** Does `task` when the packet that is being taken has reached the sink: what lies inside comes after what holds it. */
  later(task: () => void): void {
    this.tasks.push(task);
  }

  private doTasks(): void {
    const { tasks } = this;
    this.tasks = [];
    for (const task of tasks) task();
  }

  /** Adds to the session's problems, up to the limit. */
  report(p: Problem): void {
    if (p.code === 'gap') this.lose();
    this.list(p);
  }

  private list(p: Problem): void {
    if (this.problems.length < this.limits.problems) this.problems.push(p);
    else this.hushed++;
  }

  /** Notes the beginning of a phase at `what`, once. */
  phase(name: Phase['name'], what: { readonly time: Timestamp; readonly frame: number }): void {
    notePhase(this.phases, name, what);
  }

  /** Bytes that are kept until its end, about. */
  get kept(): number {
    const above = COST.channel * (this.connections?.channels.kept.length ?? 0) + COST.attempt * (this.logins?.attempts.length ?? 0);
    return COST.session + this.lineBytes + this.a.queue.capacity + this.b.queue.capacity + this.exchangeBytes + COST.problem * this.problems.length + above;
  }

  direction(end: End): Direction {
    return end === 'a' ? this.a : this.b;
  }

  /** The exchange that a direction with this many NEWKEYS is in; made when its first KEXINIT comes. */
  exchange(epoch: number): KeyExchange {
    for (let e = this.exchanges.length; e <= epoch; e++) this.exchanges.push(new KeyExchange(e + 1));
    return this.exchanges[epoch] as KeyExchange;
  }

  // --- above the transport

  /** The login, made when its first message comes. */
  get login(): Login {
    this.logins ??= new Login(this);
    return this.logins;
  }

  /** A server that disconnects refuses what it was asked for in the login. */
  refuseLogin(frame: number): void {
    this.logins?.refuse(frame);
  }

  /** The connection protocol, made when its first message comes. */
  get connection(): Connection {
    this.connections ??= new Connection(this, this.channelHandlers?.(this));
    return this.connections;
  }

  /** True when the capture holds all that was sent, and all of it was opened, so that what is missing was never sent. */
  get sure(): boolean {
    return this.whole && !this.a.heldBack && !this.b.heldBack;
  }

  /** The same up to what was read, though more may wait. */
  get whole(): boolean {
    // Who is looking for the place where keys fit, or waits for the end of a packet, has bytes that were not read.
    const reading = (d: Direction) => d.stage !== 'searching' && d.expected === undefined;
    const whole = (d: Direction) => !d.lossy && reading(d) && d.obstacle === undefined && d.openedPackets === d.encryptedPackets;
    return this.complete && whole(this.a) && whole(this.b);
  }

  /** Messages are missing: what waits for an answer may have got it. */
  private lose(): void {
    this.logins?.lose();
    this.connections?.lose();
  }

  // --- the record

  get hostKey(): HostKey | undefined {
    return this.exchanges[0]?.hostKey;
  }

  get authentication(): Authentication {
    return this.logins ?? NO_LOGIN;
  }

  get channels(): readonly Channel[] {
    return this.connections?.channels.kept ?? [];
  }

  get client(): Party {
    if (this.ended === undefined) return this.partyNow('client');
    this.lastClient ??= this.partyNow('client');
    return this.lastClient;
  }

  get server(): Party {
    if (this.ended === undefined) return this.partyNow('server');
    this.lastServer ??= this.partyNow('server');
    return this.lastServer;
  }

  private partyNow(side: Side): Party {
    const end = this.endOf(side);
    return new SessionParty(this.flow[end], this.direction(end), this.begun(end), side, this.exchanges[0]?.kexinit[end]?.lists);
  }

  /** Nothing shows that the session identifier is right: neither the host key's signature over it nor a MAC. */
  get identifierDoubtful(): boolean {
    return this.a.lastProven === 0 && this.b.lastProven === 0 && this.exchanges[0]?.best?.signature.verdict !== 'valid';
  }

  get strictKex(): boolean {
    return this.strict === true;
  }

  get complete(): boolean {
    return this.flow.initiator !== undefined && this.begun('a') && this.begun('b');
  }

  /** What `end` sent first is in the capture, as far as it sent anything. */
  private begun(end: End): boolean {
    const d = this.direction(end);
    return d.identification !== undefined || (this.flow.beginningKnown(end) && !d.lossy);
  }

  get detected(): 'content' | 'port' {
    const content = this.a.identification ?? this.b.identification ?? this.exchanges[0] ?? this.fragments[0];
    return content === undefined && this.packets === 0 ? 'port' : 'content';
  }

  get ending(): string {
    const tcp = endingText(this.ended, this.parent !== undefined);
    return this.farewell === undefined ? tcp : `${this.farewell}; ${tcp}`;
  }
}

const NO_LOGIN: Authentication = { user: undefined, attempts: [], outcome: 'unknown', banner: undefined };

import {
  ClockCourse,
  type ClockDoubt,
  type ClockKind,
  type ClockState,
  type ClockTurn,
  judgeStart,
  kindAt,
  STEADY,
} from '#domain/clock/clock-state';
import { STATION } from '#domain/custody/actor';
import { ClockConfirmed, ClockDoubted } from '#domain/custody/clock-entries';
import type { CustodyEntry } from '#domain/custody/entry';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { clockConfirmed, clockDoubted, type Log } from '#events';
import type { Clock } from '#ports/clock';
import type { ClockConfirmation, ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** A clock that nobody can set and that goes on while the machine sleeps, ms. */
  readonly bootMs: () => number;
  readonly stationId: string;
  readonly limitMs: number;
  readonly awayMs: number;
  readonly log: Log;
  /** Gets what went wrong when a finding was written by the timer. It is kept, and written at the next turn. */
  readonly failed: (error: unknown) => void;
}

interface Found {
  readonly doubt: ClockDoubt;
  readonly found: 'running' | 'start';
}

const LOOK_MS = 5000;
const PAGE = 500;
/** Findings that wait for the ledger. Of more the last counts. */
const WAITING_MAX = 100;

/** Watches the clock of one station. What it finds is an entry of the custody log, and so is what a person says of it: the log is all that it remembers. */
export class StationClock implements ClockWatch {
  readonly #options: Options;
  readonly #course: ClockCourse;
  readonly #turns: ClockTurn[] = [];
  /** Found, and not on record yet. */
  readonly #waiting: Found[] = [];
  /** On record, and not confirmed. */
  #doubted: { readonly doubt: ClockDoubt; readonly seq: number } | null = null;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(options: Options) {
    this.#options = options;
    this.#course = new ClockCourse(this.#reading(), options);
  }

  /** Reads what is on record, and judges the clock with which the station starts. What it finds is on record when this resolves. */
  async open(): Promise<void> {
    const { ledger, clock, awayMs } = this.#options;
    for (let after: number | undefined; ; ) {
      const entries = await ledger.custody.of(this.#subject(), { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const entry of entries) this.#recall(entry);
      after = entries.at(-1)?.seq;
      if (entries.length < PAGE) break;
    }
    if (this.#doubted !== null) return;
    const found = judgeStart(clock.nowMs(), await ledger.callUps.latestKnown(this.confirmedSeq), { awayMs });
    if (found) this.#note(found, 'start');
    await this.record();
  }

  /** Goes on watching by itself. */
  watch(): void {
    this.#timer = setInterval(() => {
      this.#look();
      this.record().catch(this.#options.failed);
    }, LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#look();
    await this.record();
  }

  /** Number of the entry of the last confirmation: times of before it say nothing about the clock. 0 if there is none. */
  get confirmedSeq(): number {
    return this.#turns.findLast(({ kind }) => kind === 'steady')?.seq ?? 0;
  }

  state(): ClockState {
    this.#look();
    return this.#waiting.at(-1)?.doubt ?? this.#doubted?.doubt ?? STEADY;
  }

  kindAt(seq: number): ClockKind {
    return kindAt(this.#turns, seq);
  }

  async confirm(ledger: Ledger, by: ClockConfirmation, afterwards: (task: () => void) => void): Promise<boolean> {
    this.#look();
    await this.record();
    const doubted = this.#doubted;
    if (doubted === null) return false;
    const { doubt, seq } = doubted;
    if (doubt.seenAtMs !== by.seenAtMs) throw new EvidockError('request.conflict', because('clock-found-since', {}));
    const atMs = this.#options.clock.nowMs();
    const entry = await ledger.transaction(async (writer) => {
      const [newer] = await writer.custody.of(this.#subject(), { after: seq, limit: 1 });
      if (newer) throw new EvidockError('request.conflict', because('clock-found-since', {}));
      await writer.callUps.restartTime(atMs);
      const data = { kind: doubt.kind, byMs: doubt.byMs, seen: new Date(doubt.seenAtMs).toISOString(), doubt: seq };
      const draft = { atMs, actor: by.actor, subject: this.#subject(), data, personal: { words: by.words } };
      return writer.custody.append(ClockConfirmed.make(draft));
    });
    afterwards(() => {
      this.#recall(entry);
      clockConfirmed(this.#options.log, { entry: entry.seq });
      for (const listener of this.#listeners) listener();
    });
    return true;
  }

  onConfirmed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes what was found and is not on record yet. Throws ledger.failed: it is kept then. */
  record(): Promise<void> {
    const turn = this.#writing.then(() => this.#recordAll());
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #recordAll(): Promise<void> {
    const { ledger } = this.#options;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const { doubt, found } = next;
      const data = { kind: doubt.kind, byMs: doubt.byMs, found, seen: new Date(doubt.seenAtMs).toISOString() };
      const draft = ClockDoubted.make({ atMs: doubt.seenAtMs, actor: STATION, subject: this.#subject(), data });
      this.#recall(await ledger.transaction((writer) => writer.custody.append(draft)));
      this.#waiting.shift();
    }
  }

  #look(): void {
    const doubt = this.#course.follow(this.#reading());
    if (doubt) this.#note(doubt, 'running');
  }

  #note(doubt: ClockDoubt, found: Found['found']): void {
    clockDoubted(this.#options.log, { kind: doubt.kind, byMs: doubt.byMs, found });
    if (this.#waiting.length >= WAITING_MAX) this.#waiting.pop();
    this.#waiting.push({ doubt, found });
  }

  /** Takes over what an entry about the clock tells. */
  #recall(entry: CustodyEntry): void {
    const told = ClockDoubted.parse(entry);
    if (told) {
      const kind = told.data.kind === 'jumped' ? 'jumped' : 'went-back';
      this.#doubted = { doubt: { kind, byMs: told.data.byMs, seenAtMs: Date.parse(told.data.seen) }, seq: entry.seq };
    } else if (ClockConfirmed.parse(entry)) this.#doubted = null;
    this.#turns.push({ seq: entry.seq, kind: this.#doubted?.doubt.kind ?? 'steady' });
  }

  #reading() {
    const { clock, bootMs } = this.#options;
    return { wallMs: clock.nowMs(), bootMs: bootMs() };
  }

  #subject() {
    return subject('clock', this.#options.stationId);
  }
}

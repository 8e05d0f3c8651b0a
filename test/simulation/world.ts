import type { DeedGiven, DeedName, DeedTold } from '#test/support/simulation/deeds';
import type { Armed, Outcome, SimulatedStation } from '#test/support/simulation/simulated-station';
import type { Auditor } from './auditor.ts';
import { Oracle } from './oracle.ts';

const DAY_MS = 86_400_000;
/** Lines that are shown of a day that failed. */
const SHOWN = 40;

/** The world round one station: what time it really is, what is known of everything, and what has happened. */
export class World {
  readonly station: SimulatedStation;
  readonly auditor: Auditor;
  readonly oracle = new Oracle();
  readonly below: (below: number) => number;
  readonly counts: Record<string, number> = {};
  /** Keys that somebody changed behind the station's back, by place, and since when. */
  readonly spoilt = new Map<string, { readonly sinceMs: number; readonly doubtMs: number; readonly recording: string }>();
  /** For how long the clock was in doubt so far. */
  doubtMs = 0;
  /** Keys of the bucket over which somebody put something, or which somebody hid. */
  readonly disturbed = new Map<string, string>();
  readonly #startMs: number;
  /** True time. */
  trueMs: number;
  /** By how much the wall clock of the station is wrong. */
  offsetMs = 0;
  /** Where the station is killed next. */
  armed: Armed | null = null;
  readonly #realMs: (() => number) | null;
  #history: string[] = [];

  constructor(given: {
    readonly station: SimulatedStation;
    readonly auditor: Auditor;
    readonly below: (below: number) => number;
    readonly startMs: number;
    readonly realMs: (() => number) | null;
  }) {
    this.station = given.station;
    this.auditor = given.auditor;
    this.below = given.below;
    this.#startMs = given.startMs;
    this.trueMs = given.startMs;
    this.#realMs = given.realMs;
  }

  get wallMs(): number {
    return this.trueMs + this.offsetMs;
  }

  get now() {
    return { wallMs: this.wallMs, bootMs: this.trueMs - this.#startMs };
  }

  /** Days pass; where the storage has a time of its own, until it is so late there too. Returns how much has passed, ms. */
  async pass(days: number): Promise<number> {
    const beforeMs = this.trueMs;
    this.trueMs += days * DAY_MS;
    while (this.#realMs && this.#realMs() < this.trueMs) await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.#realMs) this.trueMs = Math.max(this.trueMs, Math.floor(this.#realMs() / DAY_MS) * DAY_MS);
    const passedMs = this.trueMs - beforeMs;
    if (this.offsetMs !== 0) this.doubtMs += passedMs;
    return passedMs;
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(Math.max(1, all.length))] as T;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  /** Does one thing at the station, which is started again if it was killed by it. */
  async do<N extends DeedName>(name: N, given: DeedGiven<N>): Promise<Outcome<DeedTold<N>>> {
    const outcome = await this.station.do(name, this.now, given, this.armed);
    if (name !== 'standing' && name !== 'due') this.#note(`${name} ${short(given)} -> ${short(outcome)}`);
    if (outcome.is === 'refused') this.count(`refused ${outcome.reason}`);
    if (outcome.is !== 'killed') return outcome;
    this.count('killed');
    this.count(`killed at ${this.armed?.point ?? '?'}`);
    this.#note(`killed at ${this.armed?.point} (${this.armed?.nth}) and started again`);
    this.armed = null;
    await this.restart();
    return outcome;
  }

  /** A start takes a minute. A clock that was right is not in doubt after it. */
  async restart(): Promise<void> {
    this.trueMs += 60_000;
    await this.station.restart(this.now);
    if (this.offsetMs === 0 && (await this.must('clock', {})).kind !== 'steady')
      throw new Error('the clock was right, and is in doubt after a start');
  }

  /** What time it is in the storage: where that has a time of its own, later than here. */
  get storageMs(): number {
    return this.#realMs?.() ?? this.trueMs;
  }

  /** The same, once more if the station was killed in its midst: whoever did it would do it again. Throws if it was refused. */
  async must<N extends DeedName>(name: N, given: DeedGiven<N>): Promise<DeedTold<N>> {
    let outcome = await this.do(name, given);
    if (outcome.is === 'killed') outcome = await this.do(name, given);
    if (outcome.is !== 'done') throw new Error(`${name} ${short(given)} was ${short(outcome)}`);
    return outcome.value;
  }

  #note(line: string): void {
    const day = ((this.trueMs - this.#startMs) / DAY_MS).toFixed(2);
    this.#history.push(`day ${day}${this.offsetMs === 0 ? '' : ` (clock off by ${(this.offsetMs / DAY_MS).toFixed(2)} d)`}: ${line}`);
    if (this.#history.length > 20_000) this.#history = this.#history.slice(-10_000);
  }

  /** What happened last, and everything that names one of the recordings that the message names. */
  historyOf(message: string): string {
    const ids = new Set(message.match(/(?:rec|dsp|lgh)-[0-9a-z]+-[0-9a-z]+-[0-9a-z]+/g) ?? []);
    const theirs = this.#history.filter((line) => [...ids].some((id) => line.includes(id))).slice(-SHOWN);
    return ['What names them:', ...theirs, 'What happened last:', ...this.#history.slice(-SHOWN)].join('\n');
  }
}

const short = (value: unknown) => JSON.stringify(value)?.slice(0, 400) ?? '';

/*
 * Goal: in ten years of one station nothing under a hold or a minimum is ever offered for disposal, what was held or earned never falls by anything but a release, the storage
 * holds exactly what the ledger holds, and the log tells all of it. Method: a random life over the real ledger, desk and keepers on a clock that is moved, beside an oracle from the
 * words of the rules; invariants after every day on which something happens. The seed is printed: `EVIDOCK_SIMULATION_SEED=…` repeats it; `scripts/simulation` is the long form.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { START_MS } from '#test/support/builders';
import { scheduleText } from '#test/support/retention/parts';
import { seededRandom } from '#test/support/seeded-random';
import { type KnownHold, type KnownSchedule, Oracle } from './oracle.ts';
import { StationLife } from './station-life.ts';

const DAY_MS = 86_400_000;
const DAYS = Number(process.env['EVIDOCK_SIMULATION_DAYS'] ?? 3653);
/** Days between two on which something happens, at most. */
const PAUSE_DAYS = Number(process.env['EVIDOCK_SIMULATION_PAUSE'] ?? 20);
const SEED = Number(process.env['EVIDOCK_SIMULATION_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const OFFICERS = ['A', 'B', 'C'];
const UNITS = ['unt-1', 'unt-2', null];
const RECORDERS = ['R1', 'R2'];
const IMPORTANT = { minimum: 'permanent', match: '{ important: true }' };
const SCHEDULES: readonly (KnownSchedule & { readonly text: string })[] = [
  { days: 30, importantForEver: false, text: scheduleText({ all: { minimum: 'P30D' } }) },
  { days: 180, importantForEver: true, text: scheduleText({ all: { minimum: 'P180D' }, important: IMPORTANT }) },
  { days: 365, importantForEver: false, text: scheduleText({ all: { minimum: 'P365D' } }) },
  { days: 7, importantForEver: true, text: scheduleText({ all: { minimum: 'P7D' }, important: IMPORTANT }) },
];

let life: StationLife;
beforeEach(async () => {
  life = await StationLife.begin(START_MS);
});
afterEach(() => life.end());

it(`keeps what it must for ten years (seed ${SEED})`, { timeout: 6 * 3_600_000 }, async () => {
  console.log(`simulation of ${DAYS} days: EVIDOCK_SIMULATION_SEED=${SEED}`);
  const simulation = new Simulation(life, seededRandom(SEED));
  await simulation.begin();
  const endMs = START_MS + DAYS * DAY_MS;
  while (life.clock.nowMs() < endMs) await simulation.day();
  expect(life.contradictions()).toEqual([]);
  const { counts } = simulation;
  console.log(`simulation: ${JSON.stringify(counts)}`);
  // It did what it is for.
  for (const name of ['docked', 'held', 'released', 'reopened', 'adopted', 'crashed', 'clockMoved', 'untagged', 'due'] as const)
    expect([name, counts[name] > 0]).toEqual([name, true]);
});

class Simulation {
  readonly oracle = new Oracle();
  readonly counts = {
    days: 0,
    docked: 0,
    held: 0,
    released: 0,
    tagged: 0,
    untagged: 0,
    closed: 0,
    reopened: 0,
    adopted: 0,
    crashed: 0,
    clockMoved: 0,
    moved: 0,
    due: 0,
    questions: 0,
  };
  readonly #life: StationLife;
  readonly #below: (below: number) => number;
  readonly #important = new Set<string>();
  readonly #cases = new Map<string, 'open' | 'decided' | 'closed'>();
  /** By recording: the floor of its term, as it was seen last. */
  readonly #floors = new Map<string, number>();
  #adopted: { readonly version: number; readonly index: number } | null = null;

  constructor(station: StationLife, below: (below: number) => number) {
    this.#life = station;
    this.#below = below;
  }

  async begin(): Promise<void> {
    for (const unit of UNITS) if (unit !== null) await this.#life.addUnit(unit);
    for (const officer of OFFICERS) await this.#move(officer);
    await this.#adopt();
  }

  /** Some days pass, a few things happen, the daemon does what it does, and everything is compared. */
  async day(): Promise<void> {
    this.#life.clock.advance((1 + this.#below(PAUSE_DAYS)) * DAY_MS);
    for (let left = 1 + this.#below(4); left > 0; left -= 1) await this.#happen();
    await this.#life.keep();
    await this.#noteInForce();
    this.oracle.reach();
    this.oracle.earn(this.#important);
    this.counts.days += 1;
    await this.#compare();
  }

  async #happen(): Promise<void> {
    const acts = [
      ...[() => this.#dock(), () => this.#dock(), () => this.#dock(), () => this.#tag(), () => this.#untag(), () => this.#hold()],
      ...[() => this.#hold(), () => this.#release(), () => this.#release(), () => this.#step(), () => this.#step()],
      ...[() => this.#move(this.#pick(OFFICERS)), () => this.#adopt(), () => this.#crash(), () => this.#moveClock()],
    ];
    await this.#pick(acts)();
    this.oracle.reach();
  }

  async #dock(): Promise<void> {
    const [officer, recorder] = [this.#pick(OFFICERS), this.#pick(RECORDERS)];
    const nowMs = this.#life.clock.nowMs();
    const startMs = nowMs - this.#below(48) * 3_600_000;
    const important = this.#below(8) === 0;
    const id = await this.#life.dock({ officerId: officer, recorderSerial: recorder, startMs, important });
    await this.#life.ledger.transaction((writer) => writer.recordings.update(id, { durationMs: 600_000 }));
    if (important) this.#important.add(id);
    this.oracle.recordings.set(id, {
      ...{ id, recorder, dockedMs: nowMs, startMs, officer, cases: [] },
      minimumDays: 0,
      permanent: false,
    });
    this.counts.docked += 1;
  }

  async #move(officer: string): Promise<void> {
    const unit = this.#pick(UNITS);
    if (this.oracle.unitOf.has(officer) && this.oracle.unitOf.get(officer) === unit) return;
    await this.#life.moveOfficer(officer, unit);
    this.oracle.unitOf.set(officer, unit);
    // Whoever comes without a unit has no history of one.
    const before = this.oracle.moves.get(officer) ?? [];
    if (unit !== null || before.length > 0) this.oracle.moves.set(officer, [...before, { atMs: this.#life.clock.nowMs(), unit }]);
    this.counts.moved += 1;
  }

  async #tag(): Promise<void> {
    const recording = this.#someRecording();
    if (!recording) return;
    const fresh = this.#cases.size === 0 || this.#below(3) === 0;
    const number = fresh ? `C-${this.#cases.size + 1}` : this.#pick([...this.#cases.keys()]);
    if (fresh) {
      await this.#life.openCase(number);
      this.#cases.set(number, 'open');
    }
    if (recording.cases.includes(number)) return;
    await this.#life.tag(recording.id, recording.cases, [...recording.cases, number]);
    recording.cases = [...recording.cases, number];
    this.counts.tagged += 1;
  }

  async #untag(): Promise<void> {
    const recording = this.#pick([...this.oracle.recordings.values()].filter(({ cases }) => cases.length > 0));
    if (!recording) return;
    const after = recording.cases.slice(1);
    await this.#life.tag(recording.id, recording.cases, after);
    recording.cases = after;
    this.counts.untagged += 1;
  }

  async #step(): Promise<void> {
    const [number, state] = this.#pick([...this.#cases]) ?? [];
    if (number === undefined || this.#life.clockState.kind !== 'steady') return;
    const next = state === 'open' ? 'decided' : state === 'decided' ? 'closed' : 'reopened';
    // Dates of a course never go back, and a clock may have.
    const taken = await this.#life.takeStep(number, next).then(
      () => true,
      (error: { code?: string }) => (error.code?.startsWith('request.') ? false : Promise.reject(error)),
    );
    if (!taken) return;
    this.#cases.set(number, next === 'reopened' ? 'open' : next);
    if (next === 'closed') this.counts.closed += 1;
    if (next === 'reopened') this.counts.reopened += 1;
  }

  async #hold(): Promise<void> {
    const recording = this.#someRecording();
    if (!recording || this.oracle.holds.filter(({ released }) => !released).length >= 8) return;
    const [number] = this.#cases.keys();
    const scopes: KnownHold['by'][] = [
      { officer: this.#pick(OFFICERS) },
      { recording: recording.id },
      { unit: this.#pick(['unt-1', 'unt-2']) },
      { recorder: recording.recorder },
      { ...(number === undefined ? {} : { case: this.#pick([...this.#cases.keys()]) }) },
    ];
    const by = this.#pick(scopes);
    const nowMs = this.#life.clock.nowMs();
    const wantsSpan = Object.keys(by).length === 0 || this.#below(3) === 0;
    const span = wantsSpan ? { fromMs: nowMs - this.#below(200) * DAY_MS, toMs: nowMs + (1 + this.#below(100)) * DAY_MS } : null;
    const { recording: one, ...rest } = by;
    const id = await this.#life.hold({ ...rest, ...(one === undefined ? {} : { recordings: [one] }), span });
    this.oracle.holds.push({ id, by, span, reached: new Set(), released: false });
    this.counts.held += 1;
  }

  async #release(): Promise<void> {
    const hold = this.#pick(this.oracle.holds.filter(({ released }) => !released));
    if (!hold) return;
    await this.#life.release(hold.id);
    hold.released = true;
    this.counts.released += 1;
  }

  async #adopt(): Promise<void> {
    if (this.#adopted !== null || this.#life.clockState.kind !== 'steady') return;
    const index = this.#below(SCHEDULES.length);
    const version = await this.#life.adopt(SCHEDULES[index]?.text ?? '').catch((error: { code?: string }) => {
      // The same text counts already.
      if (error.code === 'request.conflict') return null;
      throw error;
    });
    if (version === null) return;
    this.#adopted = { version, index };
    this.counts.adopted += 1;
  }

  async #noteInForce(): Promise<void> {
    const found = await this.#life.ledger.retention.inForce();
    if (this.#adopted === null || found?.version !== this.#adopted.version) return;
    this.oracle.schedule = SCHEDULES[this.#adopted.index] ?? null;
    this.#adopted = null;
  }

  async #crash(): Promise<void> {
    const recording = this.#someRecording();
    if (!recording) return;
    await this.#life.crash(recording.id);
    this.counts.crashed += 1;
  }

  /** The clock is wrong for a while, forward or back, and then is confirmed. */
  async #moveClock(): Promise<void> {
    const life = this.#life;
    if (life.clockState.kind === 'steady') {
      const byMs = (this.#below(2) === 0 ? 1 : -1) * (1 + this.#below(20)) * 3_600_000;
      life.clock.advance(byMs);
      life.clockState = { kind: byMs > 0 ? 'jumped' : 'went-back', byMs: Math.abs(byMs), seenAtMs: life.clock.nowMs() };
    } else life.clockState = { kind: 'steady' };
    this.counts.clockMoved += 1;
  }

  #someRecording() {
    const all = [...this.oracle.recordings.values()];
    return all.length === 0 ? undefined : this.#pick(all.slice(-60));
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#below(Math.max(1, all.length))] as T;
  }

  async #compare(): Promise<void> {
    const { ledger, clock } = this.#life;
    const nowMs = clock.nowMs();
    const all = [...this.oracle.recordings.keys()];
    // Everybody in turn, and whoever came last.
    const asked = new Set([...all.slice(-20), ...Array.from({ length: Math.min(20, all.length) }, () => this.#pick(all))]);
    for (const id of asked) {
      const held = this.oracle.isHeld(id);
      expect([nowMs, id, await ledger.holds.isHeld(id)]).toEqual([nowMs, id, held]);
      expect([nowMs, id, 'mirrored', await ledger.holds.unmirrored(id)]).toEqual([nowMs, id, 'mirrored', false]);
      expect([nowMs, id, 'storage', await this.#life.isHeldInStorage(id)]).toEqual([nowMs, id, 'storage', held]);
      await this.#neverFalls(id);
      this.counts.questions += 1;
    }
    for (const { recordingId } of await ledger.retention.due(nowMs, { limit: 1000 })) {
      expect([nowMs, recordingId, this.oracle.mayBeDue(recordingId, nowMs)]).toEqual([nowMs, recordingId, true]);
      this.counts.due += 1;
    }
  }

  async #neverFalls(id: string): Promise<void> {
    const floor = (await this.#life.ledger.retention.termOf(id))?.floor ?? null;
    const value = floor === null ? 0 : floor.kind === 'permanent' ? Number.POSITIVE_INFINITY : floor.ms;
    expect([id, 'floor', value >= (this.#floors.get(id) ?? 0)]).toEqual([id, 'floor', true]);
    this.#floors.set(id, value);
  }
}

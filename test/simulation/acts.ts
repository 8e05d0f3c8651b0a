import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_POINTS } from '#ports/fault-points';
import { scheduleText } from '#test/support/retention/parts';
import { spoilFile } from './auditor.ts';
import type { KnownHold, KnownRecording, KnownSchedule } from './oracle.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The clock of the station goes on by a millisecond with each look at it, true time only from day to day. */
const DAY_TICKS_MS_MAX = 300_000;
const OFFICERS = ['0001', '0002', '0003'];
const UNITS = ['Squad 1', 'Squad 2'];
const RECORDERS = ['DSJ0000001', 'DSJ0000002'];
const HOLDS_MAX = 6;
const LOCK = '{ mode: compliance, hold: false, horizonDays: 200 }';
const IMPORTANT = { minimum: 'permanent', match: '{ important: true }', lock: LOCK };
const CASES = { minimum: 'P60D', match: '{ case: any }', start: 'case-closed', lock: LOCK };

const SCHEDULES: readonly (KnownSchedule & { readonly text: string })[] = [
  {
    ...{ days: 30, importantForEver: false, caseDays: null, maximumDays: null, locks: true },
    text: scheduleText({ all: { minimum: 'P30D', lock: LOCK } }),
  },
  {
    ...{ days: 180, importantForEver: true, caseDays: 60, maximumDays: null, locks: true },
    text: scheduleText({ all: { minimum: 'P180D', lock: LOCK }, important: IMPORTANT, cases: CASES }),
  },
  {
    ...{ days: 90, importantForEver: false, caseDays: 60, maximumDays: 200, locks: true },
    text: scheduleText({ all: { minimum: 'P90D', maximum: 'P200D', lock: LOCK }, cases: CASES }),
  },
  {
    ...{ days: 7, importantForEver: false, caseDays: null, maximumDays: 40, locks: true },
    text: scheduleText({ all: { minimum: 'P7D', maximum: 'P40D', lock: LOCK } }),
  },
];

/** Points at which a killed station may leave something half done. In the process of the test a stage of intake cannot be cut: others kill it there. */
const HERE = /^w(1[34]|3\d|4[12])-/;
export const killPoints = (everywhere: boolean) =>
  FAULT_POINTS.filter((point) => HERE.test(point) || (everywhere && /^w0[1-8]-|^w1[0-4]-/.test(point)));

/** A list as its people know it. */
interface KnownList {
  readonly id: string;
  digest: string;
  recordings: readonly string[];
  tries: number;
}

/** What people and chance do to the station, one thing at a time. */
export class Acts {
  readonly #world: World;
  readonly #lists = new Map<string, KnownList>();
  readonly #courses = new Map<string, 'open' | 'decided' | 'closed'>();
  readonly #units: string[] = [];
  #contents = 0;
  #adopted: { readonly version: number; readonly index: number } | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  async begin(): Promise<void> {
    for (const name of UNITS) this.#units.push(await this.#world.must('unit', { name }));
    for (const officer of OFFICERS) await this.move(officer);
    await this.adopt();
  }

  async happen(): Promise<void> {
    const acts = [
      ...[() => this.dock(), () => this.dock(), () => this.dock(), () => this.tag(), () => this.untag(), () => this.hold()],
      ...[() => this.release(), () => this.release(), () => this.step(), () => this.step(), () => this.move(this.#world.pick(OFFICERS))],
      ...[() => this.adopt(), () => this.cut(), () => this.moveClock(), () => this.evict(), () => this.fetch(), () => this.spoil()],
      ...[() => this.propose(), () => this.propose(), () => this.propose(), () => this.decide(), () => this.decide(), () => this.run()],
      ...[() => this.run(), () => this.run(), () => this.run(), () => this.restart()],
    ];
    // A clock that is wrong for long stops everything else.
    if (this.#world.offsetMs !== 0 && this.#world.chance(3)) await this.moveClock();
    else await this.#world.pick(acts)();
    this.#world.oracle.reach();
  }

  async dock(): Promise<void> {
    const world = this.#world;
    const [officer, recorder] = [world.pick(OFFICERS), world.pick(RECORDERS)];
    const startMs = Math.floor((world.trueMs - world.below(48) * HOUR_MS) / 1000) * 1000 - 3_600_000;
    const important = world.chance(10);
    // The same bytes come again now and then: they share their blocks in the vault.
    const repeats = this.#contents > 0 && world.chance(6);
    if (!repeats) this.#contents += 1;
    const content = `footage ${repeats ? 1 + world.below(this.#contents) : this.#contents} `.repeat(40);
    const stamp = new Date(startMs + 8 * HOUR_MS).toISOString().replace(/[-:]/g, '').slice(0, 15);
    const [date, time] = stamp.split('T');
    const number = String(1 + world.below(9999)).padStart(4, '0');
    const path = `${important ? 'IMP' : `DCIM/${date}`}/${recorder}_${officer}_${date}${time}_${number}.MP4`;
    const dockedMs = world.wallMs;
    const known = new Set(world.auditor.rows('SELECT id FROM recordings').map(({ id }) => id));
    await world.must('dock', { serial: recorder, files: [{ path, content, atMs: startMs }] });
    const fresh = world.auditor.rows('SELECT id FROM recordings').filter(({ id }) => !known.has(id));
    if (fresh.length !== 1) throw new Error(`a card with one file gave ${fresh.length} recordings: ${path}`);
    const id = String(fresh[0]?.['id']);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const terms = { minimumDays: 0, permanent: false, caseDays: new Map<string, number>(), passed: new Set<string>(), gone: false };
    world.oracle.recordings.set(id, { id, recorder, officer, dockedMs, startMs, important, sha256, cases: [], ...terms });
    world.count('docked');
  }

  async move(officer: string): Promise<void> {
    const { oracle, wallMs } = this.#world;
    const unit = this.#world.pick([...this.#units, null]);
    if (oracle.unitOf.has(officer) && oracle.unitOf.get(officer) === unit) return;
    await this.#world.must('officer', { id: officer, unit });
    oracle.unitOf.set(officer, unit);
    // Whoever comes without a unit has no history of one.
    const before = oracle.moves.get(officer) ?? [];
    if (unit !== null || before.length > 0) oracle.moves.set(officer, [...before, { atMs: wallMs, unit }]);
    this.#world.count('moved');
  }

  async tag(): Promise<void> {
    const world = this.#world;
    const recording = this.#someRecording();
    if (!recording) return;
    const fresh = this.#courses.size === 0 || world.chance(3);
    const number = fresh ? `C-${this.#courses.size + 1}` : world.pick([...this.#courses.keys()]);
    if (fresh) {
      await world.must('case', { number });
      this.#courses.set(number, 'open');
      world.oracle.cases.set(number, { closedMs: null });
    }
    if (recording.cases.includes(number)) return;
    await world.must('tag', { id: recording.id, cases: [number], removeCases: [] });
    recording.cases = [...recording.cases, number];
    recording.passed.add(number);
    world.count('tagged');
  }

  async untag(): Promise<void> {
    const recording = this.#world.pick(this.#world.oracle.there.filter(({ cases }) => cases.length > 0));
    const [number] = recording?.cases ?? [];
    if (!recording || number === undefined) return;
    await this.#world.must('tag', { id: recording.id, cases: [], removeCases: [number] });
    recording.cases = recording.cases.slice(1);
    this.#world.count('untagged');
  }

  async step(): Promise<void> {
    const world = this.#world;
    const [number, state] = world.pick([...this.#courses]) ?? [];
    if (number === undefined || world.offsetMs !== 0) return;
    const next = state === 'open' ? 'decided' : state === 'decided' ? 'closed' : 'reopened';
    const outcome = await world.do('step', { number, step: next });
    if (outcome.is !== 'done') return;
    this.#courses.set(number, next === 'reopened' ? 'open' : next);
    // To the day: the date of a step has no hour.
    if (next === 'closed') world.oracle.cases.set(number, { closedMs: Date.parse(`${outcome.value}T00:00:00Z`) });
    if (next === 'reopened') world.oracle.cases.set(number, { closedMs: null });
    world.count(next);
  }

  async hold(): Promise<void> {
    const world = this.#world;
    const recording = this.#someRecording();
    if (!recording || world.oracle.holds.filter(({ released }) => !released).length >= HOLDS_MAX) return;
    const numbers = [...this.#courses.keys()];
    const scopes: KnownHold['by'][] = [
      { officer: world.pick(OFFICERS) },
      { recording: recording.id },
      { recording: recording.id },
      { unit: world.pick(this.#units) },
      { recorder: recording.recorder },
      { ...(numbers.length === 0 ? {} : { case: world.pick(numbers) }) },
    ];
    const by = world.pick(scopes);
    const wantsSpan = Object.keys(by).length === 0 || world.chance(2);
    const { wallMs } = world;
    const span = wantsSpan ? { fromMs: wallMs - world.below(60) * DAY_MS, toMs: wallMs + (1 + world.below(30)) * DAY_MS } : null;
    const { recording: one, ...rest } = by;
    const id = await world.must('hold', { scope: { ...rest, ...(one === undefined ? {} : { recordings: [one] }), span } });
    world.oracle.holds.push({ id, author: 'wang', by, span, reviewMs: wallMs + 90 * DAY_MS, reached: new Set(), released: false });
    world.count('held');
  }

  /** Whoever set it tries first, and may not. */
  async release(): Promise<void> {
    const world = this.#world;
    const hold = world.pick(world.oracle.holds.filter(({ released }) => !released));
    if (!hold) return;
    if (world.chance(3) && (await world.do('release', { id: hold.id, who: hold.author })).is === 'done')
      throw new Error(`${hold.id}: released by its author`);
    await world.must('release', { id: hold.id, who: 'li' });
    hold.released = true;
    world.count('released');
  }

  async adopt(): Promise<void> {
    const world = this.#world;
    if (this.#adopted !== null || world.offsetMs !== 0) return;
    const index = world.below(SCHEDULES.length);
    const text = SCHEDULES[index]?.text ?? '';
    if (world.chance(3) && (await world.do('adopt', { text, who: 'wang' })).is === 'done')
      throw new Error('a schedule was adopted by one person');
    // The same text may count already.
    const outcome = await world.do('adopt', { text, who: 'li' });
    if (outcome.is !== 'done') return;
    this.#adopted = { version: outcome.value, index };
    world.count('adopted');
  }

  /** The station says which version counts; what that means, the simulation knows by itself. */
  noteInForce(version: number | null): void {
    if (this.#adopted === null || version !== this.#adopted.version) return;
    this.#world.oracle.schedule = SCHEDULES[this.#adopted.index] ?? null;
    this.#adopted = null;
  }

  async cut(): Promise<void> {
    const recording = this.#someRecording();
    if (!recording) return;
    await this.#world.must('cut', { id: recording.id });
    this.#world.count('cut');
  }

  async restart(): Promise<void> {
    await this.#world.restart();
    this.#world.count('restarted');
  }

  /** The clock is wrong for a while, forward or back; then it is set right, and somebody confirms it. */
  async moveClock(): Promise<void> {
    const world = this.#world;
    if (world.offsetMs === 0) {
      const far = world.chance(3);
      world.offsetMs = far ? 400 * DAY_MS : (world.chance(2) ? 1 : -1) * (1 + world.below(20)) * HOUR_MS;
      if ((await world.must('clock', {})).kind === 'steady') throw new Error(`nobody saw that the clock is off by ${world.offsetMs} ms`);
      world.count('clockMoved');
      return;
    }
    world.offsetMs = 0;
    await world.must('clock', {});
    await world.must('confirmClock', {});
    if ((await world.must('clock', {})).kind !== 'steady') throw new Error('the clock was confirmed, and is in doubt');
    world.count('clockConfirmed');
  }

  async evict(): Promise<void> {
    const world = this.#world;
    // What the archive has lost since it was checked must not be its only place: policy bounds the age of that check, and chance would win now and then.
    if ([...world.spoilt.keys()].some((name) => !name.startsWith('vault '))) return;
    const freed = await world.do('evict', { bytes: 1 + world.below(6000) });
    if (freed.is === 'done' && freed.value > 0) world.count('evicted');
  }

  async fetch(): Promise<void> {
    const world = this.#world;
    const rows = world.auditor.rows(
      "SELECT o.id FROM originals o JOIN recordings r ON r.id = o.recording_id WHERE o.evicted_at IS NOT NULL AND r.state = 'archived' AND o.recording_id NOT IN (SELECT recording_id FROM destructions) ORDER BY o.id",
    );
    const row = world.pick(rows);
    if (!row) return;
    const original = String(row['id']);
    const [copy] = world.auditor.rows("SELECT item_id FROM copies WHERE item_id = ? AND place <> 'vault'", original);
    // A disposal that was interrupted may have taken its last copy.
    if (!copy) return;
    await world.must('fetch', { original });
    world.count('fetched');
  }

  /** Something rots, is overwritten or disappears: in one of the two places of a recording that is whole in both. */
  async spoil(): Promise<void> {
    const world = this.#world;
    const { auditor, spoilt } = world;
    const taken = new Set([...spoilt.values()].map(({ recording }) => recording));
    const second = await auditor.second.originals();
    const whole = auditor.originals().filter(({ recording, key, state }) => {
      const path = join(auditor.vault, key);
      return state === 'archived' && !taken.has(recording) && second.has(key) && existsSync(path) && statSync(path).nlink === 1;
    });
    const one = world.pick(whole.filter(({ recording }) => this.#openLists().every(({ recordings }) => !recordings.includes(recording))));
    if (!one) return;
    const place = world.chance(2) ? auditor.place : 'vault';
    const how = world.pick(['flip', 'cut', 'remove'] as const);
    if (place === 'vault') spoilFile(join(auditor.vault, one.key), how);
    else if ((await auditor.second.spoil(one.key, how)) === 'disturbed') {
      world.disturbed.set(one.key, how);
      world.count('disturbed');
      return;
    }
    spoilt.set(`${place} ${one.key}`, { sinceMs: world.trueMs, doubtMs: world.doubtMs, recording: one.recording });
    world.count(`spoilt ${place === 'vault' ? 'vault' : 'archive'}`);
  }

  #openLists(): readonly KnownList[] {
    const open = new Set(this.#world.auditor.rows("SELECT id FROM disposals WHERE state NOT IN ('done', 'cancelled')").map(({ id }) => id));
    return [...this.#lists.values()].filter(({ id }) => open.has(id));
  }

  async propose(): Promise<void> {
    const world = this.#world;
    const outcome = await world.do('propose', { limit: 1 + world.below(12) });
    if (outcome.is !== 'done') return;
    const { id, digest, recordings } = outcome.value;
    for (const recording of recordings)
      if (!world.oracle.mayGo(recording, world.trueMs)) throw new Error(`${recording} is proposed in ${id}, and must be kept`);
    this.#lists.set(id, { id, digest, recordings, tries: 0 });
    world.count('proposed');
    if (world.chance(2)) await this.decide();
  }

  /** The proposer, and somebody of the same role, try first. */
  async decide(): Promise<void> {
    const world = this.#world;
    const proposed = new Set(world.auditor.rows("SELECT id FROM disposals WHERE state = 'proposed'").map(({ id }) => id));
    const list = world.pick([...this.#lists.values()].filter(({ id }) => proposed.has(id)));
    if (!list) return;
    const { id } = list;
    const [first] = list.recordings;
    if (world.chance(4) && list.recordings.length > 1 && first !== undefined) {
      list.digest = await world.must('exclude', { id, recording: first });
      list.recordings = list.recordings.slice(1);
      world.count('excluded');
    }
    for (const who of ['wang', 'zhou'])
      if (world.chance(2) && (await world.do('approve', { id, digest: list.digest, who })).is === 'done')
        throw new Error(`${id} was approved by ${who}`);
    const outcome = await world.do('approve', { id, digest: list.digest, who: 'li' });
    if (outcome.is === 'done') world.count('approved');
  }

  async run(): Promise<void> {
    const world = this.#world;
    const rows = world.auditor.rows(
      "SELECT id, state, waits_until FROM disposals WHERE state IN ('approved', 'running', 'halted') ORDER BY id",
    );
    const row = world.pick(rows);
    const list = this.#lists.get(String(row?.['id']));
    if (!row || !list) return;
    const { id } = list;
    list.tries += 1;
    if (row['state'] !== 'approved' && (list.tries > 4 || world.chance(6))) {
      if ((await world.do('cancel', { id })).is === 'done') world.count('cancelled');
      return;
    }
    const holdOn = world.chance(3) ? world.pick(list.recordings) : null;
    const outcome = await world.do('run', { id, holdOn });
    if (outcome.is === 'killed') world.count('run killed');
    if (outcome.is !== 'done') return this.#noteHolds(holdOn);
    const { state, hold } = outcome.value;
    if (world.trueMs + DAY_TICKS_MS_MAX < Number(row['waits_until']))
      throw new Error(`${id} was carried out before its waiting period was over`);
    if (hold !== null && holdOn !== null) this.#noteHold(hold, holdOn);
    world.count(state === 'done' ? 'carried out' : 'halted');
    const { why } = outcome.value;
    if (why !== null) world.count(`halted by ${why}`);
    // Faults that somebody has planted, and the clock, are what stops a list; anything else would keep footage for ever.
    if (why !== null && !why.startsWith('disposal-')) throw new Error(`${id} was halted by ${why}`);
    const gone = world.auditor.rows('SELECT id FROM tombstones WHERE disposal_id = ?', id).length;
    if (state !== 'done' || gone === 0 || !world.chance(2)) return;
    const paper = await world.must('certificate', { id });
    if (paper.head !== '%PDF-' || paper.bytes < 2000) throw new Error(`${id} has no certificate`);
    world.count('certificates');
  }

  /** A run that was killed may have set its hold before. */
  #noteHolds(recording: string | null): void {
    if (recording === null) return;
    const known = new Set(this.#world.oracle.holds.map(({ id }) => id));
    for (const { id } of this.#world.auditor.rows("SELECT id FROM holds WHERE reason = 'in time' AND released_at IS NULL"))
      if (!known.has(String(id))) this.#noteHold(String(id), recording);
  }

  #noteHold(id: string, recording: string): void {
    const reviewMs = this.#world.wallMs + 90 * DAY_MS;
    this.#world.oracle.holds.push({
      id,
      author: 'zhou',
      by: { recording },
      span: null,
      reviewMs,
      reached: new Set([recording]),
      released: false,
    });
    this.#world.count('held in time');
  }

  #someRecording(): KnownRecording | undefined {
    return this.#world.pick(this.#world.oracle.there.slice(-60));
  }
}

import { join } from 'node:path';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { recordStep } from '#desk/case-course';
import type { DeskDeps } from '#desk/deps';
import { mirrorTurn } from '#desk/holds/mirror';
import { releaseHold, setHold } from '#desk/holds/set-hold';
import { dryRun } from '#desk/retention/dry-run';
import { RetentionKeeper } from '#desk/retention/keeper';
import { adoptSchedule, proposeSchedule } from '#desk/retention/versions';
import type { CaseStepKind } from '#domain/case-course';
import type { ClockState } from '#domain/clock/clock-state';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { OfficerChanged } from '#domain/custody/registry-entries';
import { subject } from '#domain/custody/subject';
import { EMPTY_SCOPE, type HoldScope } from '#domain/hold/hold';
import { dateIn } from '#domain/time/calendar-date';
import type { NewRecording } from '#ports/ledger/recordings';
import { aCase, aDocking, aHash, anOfficer, anOriginal, aRecording, type FixedClock, fixedClock, STATION_ID } from '#test/support/builders';
import { aCaseDraft, cli } from '#test/support/custody';
import { temporaryDirectory } from '#test/support/evidock';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { tellArchived, tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';
import { SeamStorage } from '#test/support/retention/held-footage';
import { someRetention } from '#test/support/retention/parts';

const DAY_MS = 86_400_000;
const ZONE = 'Asia/Shanghai';
const person = (name: string) => ({ actor: { kind: 'user', id: name, via: 'network', session: null } as const, person: name });
const [AUTHOR, OTHER] = [person('usr-author'), person('usr-other')];

/** One station over years: the real ledger, desk and keepers, a clock that is moved, and a storage at the seam. Its methods are what people and time do to it. */
export class StationLife {
  readonly clock: FixedClock;
  readonly storage = new SeamStorage();
  clockState: ClockState = { kind: 'steady' };
  ledger: SqliteLedger;
  keeper: RetentionKeeper;
  readonly #file: string;
  readonly #parts = someRetention();
  readonly #remove: () => Promise<void>;
  #count = 0;

  private constructor(given: { ledger: SqliteLedger; file: string; clock: FixedClock; remove: () => Promise<void> }) {
    this.ledger = given.ledger;
    this.clock = given.clock;
    this.#file = given.file;
    this.#remove = given.remove;
    this.keeper = this.#keeperOf();
  }

  static async begin(startMs: number): Promise<StationLife> {
    const home = await temporaryDirectory();
    const file = join(home.path, 'ledger.sqlite');
    const clock = fixedClock(startMs);
    const ledger = await openLedger({ file, stationId: STATION_ID, clock, demandsCustody: true });
    return new StationLife({ ledger, file, clock, remove: () => home.remove() });
  }

  get #deps() {
    const { ledger, clock } = this;
    return { ledger, clock, archive: null, facts: { stationId: STATION_ID } };
  }

  #keeperOf(): RetentionKeeper {
    const failed = (error: unknown) => {
      throw error;
    };
    const clockWatch = { state: () => this.clockState };
    return new RetentionKeeper({
      ledger: this.ledger,
      clock: this.clock,
      shelf: this.#parts.shelf,
      clockWatch,
      stationId: STATION_ID,
      failed,
    });
  }

  /** The process is killed in the middle of a transaction, and started again. */
  async crash(recordingId: string): Promise<void> {
    const cut = new Error('killed');
    await this.ledger
      .transaction(async (writer) => {
        await writer.recordings.update(recordingId, { officerId: 'nobody' });
        throw cut;
      })
      .catch((error: unknown) => {
        if (error !== cut) throw error;
      });
    await this.ledger.close();
    this.ledger = await openLedger({ file: this.#file, stationId: STATION_ID, clock: this.clock, demandsCustody: true });
    this.keeper = this.#keeperOf();
  }

  /** A recorder is docked: one recording, sealed and archived. */
  async dock(more: Partial<NewRecording>): Promise<string> {
    const atMs = this.clock.nowMs();
    this.#count += 1;
    const docking = aDocking({ recorderSerial: more.recorderSerial ?? 'R1', arrivedAtMs: atMs });
    const recording = aRecording({ dockingId: docking.id, createdAtMs: atMs, startMs: atMs, clockOffsetMs: 0, ...more });
    const original = anOriginal(recording, { cardPath: `DCIM/${this.#count}.mp4` });
    const sha256 = aHash(this.#count);
    await this.ledger.transaction(async (writer) => {
      await tellDocking(writer, docking);
      for (const each of await tellListed(writer, { recording, originals: [original], atMs })) {
        await tellSealed(writer, each, { sha256, manifestSha256: sha256, atMs });
        await tellArchived(writer, [{ ...each, digests: { sha256, sm3: null } }]);
      }
      await writer.recordings.update(recording.id, { state: 'archived' });
    });
    return recording.id;
  }

  async openCase(number: string): Promise<void> {
    await this.ledger.transaction(async (writer) => {
      await writer.cases.upsert({
        ...aCase({ number, createdAtMs: this.clock.nowMs() }),
        title: 'a case',
        stage: 'filing',
        category: null,
        officerIds: [],
      });
      await writer.custody.append(aCaseDraft(number));
    });
  }

  async takeStep(number: string, step: CaseStepKind): Promise<void> {
    const on = dateIn(this.clock.nowMs(), ZONE);
    const deps = { ledger: this.ledger, clock: this.clock, facts: { timezone: ZONE } } as unknown as DeskDeps;
    await recordStep(deps, number, { step, on, reason: 'new evidence' }, cli('li'));
  }

  /** Tags a recording with exactly these cases. */
  async tag(id: string, before: readonly string[], after: readonly string[]): Promise<void> {
    await this.ledger.transaction(async (writer) => {
      for (const number of after) if (!before.includes(number)) await writer.recordings.addCase(id, number);
      for (const number of before) if (!after.includes(number)) await writer.recordings.removeCase(id, number);
      const data = { cases: { old: [...before], new: [...after] } };
      await writer.custody.append(
        RecordingTagged.make({ atMs: this.clock.nowMs(), actor: cli('li'), subject: subject('recording', id), data }),
      );
    });
  }

  async moveOfficer(officer: string, unit: string | null): Promise<void> {
    await this.ledger.transaction(async (writer) => {
      const old = (await writer.registry.officer(officer)) ?? null;
      await writer.registry.upsertOfficer(anOfficer({ id: officer, unit }));
      const about = { atMs: this.clock.nowMs(), actor: cli('li'), subject: subject('officer', officer) };
      const name = old === null ? { name: { old: null, new: 'Li Wei' } } : {};
      await writer.custody.append(OfficerChanged.make({ ...about, data: { unit: { old: old?.unit ?? null, new: unit } }, personal: name }));
    });
  }

  async addUnit(id: string): Promise<void> {
    await this.ledger.transaction(async (writer) => {
      await writer.people.upsertUnit({ id, name: id, parent: null, createdAtMs: this.clock.nowMs(), closedAtMs: null });
      await writer.custody.append(aCaseDraft('unit'));
    });
  }

  async hold(scope: Partial<HoldScope>): Promise<string> {
    const request = { scope: { ...EMPTY_SCOPE, ...scope }, reason: 'order', reviewAtMs: this.clock.nowMs() + 90 * DAY_MS };
    return (await setHold(this.#deps, request, AUTHOR)).id;
  }

  async release(id: string): Promise<void> {
    await releaseHold(this.#deps, id, 'judged', OTHER);
  }

  /** A schedule is proposed, run dry and adopted by a second person; it counts after its waiting period. */
  async adopt(text: string): Promise<number> {
    const { ledger, clock } = this;
    const { read, shelf, waitingDays, tally } = this.#parts;
    const { version } = await proposeSchedule({ ledger, clock, read }, { text, by: AUTHOR });
    let digest = '';
    const given = { version, actor: AUTHOR.actor, signal: new AbortController().signal };
    for await (const line of dryRun({ ledger, clock, shelf, waitingDays, tally }, given)) if (line.type === 'result') ({ digest } = line);
    await adoptSchedule({ ledger, clock, waitingDays }, { version, digest, by: OTHER });
    return version;
  }

  /** What the daemon does by itself: terms are counted, holds spread, and mirrored until nothing is left. */
  async keep(): Promise<void> {
    const { ledger, clock, storage } = this;
    await this.keeper.look();
    for (const id of await ledger.holds.toSpread(100)) while (!(await ledger.transaction((writer) => writer.holds.spread(id, 1000))).done);
    const mirror = { ledger, clock, storage, faults: { reached: () => undefined }, stationId: STATION_ID };
    while ((await mirrorTurn(mirror, AbortSignal.timeout(60_000))) > 0);
  }

  /** Whether the storage holds the archived original of this recording. */
  async isHeldInStorage(recordingId: string): Promise<boolean> {
    const copy = (await this.ledger.recordings.copies(recordingId)).find(({ where }) => where === this.storage.name);
    return this.storage.held.get(`${copy?.key} v1`) ?? false;
  }

  /** Rows of terms and holds that are not what the log tells. */
  contradictions() {
    return contradictionsIn(this.#file).filter(
      ({ table, column }) => table.startsWith('hold') || table.startsWith('retention') || column === 'legal_hold',
    );
  }

  async end(): Promise<void> {
    await this.ledger.close();
    await this.#remove();
  }
}

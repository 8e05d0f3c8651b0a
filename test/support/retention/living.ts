import { join } from 'node:path';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { dryRun } from '#desk/retention/dry-run';
import { RetentionKeeper } from '#desk/retention/keeper';
import type { RetentionParts } from '#desk/retention/parts';
import { adoptSchedule, type Deciding, proposeSchedule } from '#desk/retention/versions';
import type { ClockState } from '#domain/clock/clock-state';
import { STATION } from '#domain/custody/actor';
import { CopyLocked } from '#domain/custody/archive-entries';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Ledger } from '#ports/ledger';
import type { NewRecording } from '#ports/ledger/recordings';
import { aDocking, aHash, anOriginal, aRecording, fixedClock, STATION_ID } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { temporaryDirectory } from '#test/support/evidock';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { tellArchived, tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';
import { someRetention } from './parts.ts';

const DAY_MS = 86_400_000;
const ARCHIVE = 'disk';
export const LI: Deciding = { actor: { kind: 'user', id: 'usr-li', via: 'network', session: null }, person: 'usr-li' };
export const WU: Deciding = { actor: { kind: 'user', id: 'usr-wu', via: 'network', session: null }, person: 'usr-wu' };

/** A real ledger with the keeper of terms, whose looks a test calls by itself, and a clock that a test moves. */
export class RetentionLife {
  readonly clock = fixedClock();
  readonly parts: RetentionParts;
  readonly file: string;
  /** How the clock watch says that the clock stands. */
  clockState: ClockState = { kind: 'steady' };
  ledger: SqliteLedger;
  keeper: RetentionKeeper;
  readonly #remove: () => Promise<void>;

  private constructor(given: { ledger: SqliteLedger; file: string; remove: () => Promise<void>; parts: RetentionParts }) {
    this.ledger = given.ledger;
    this.file = given.file;
    this.parts = given.parts;
    this.#remove = given.remove;
    this.keeper = this.#keeper();
  }

  static async begin(parts: Partial<RetentionParts> = {}): Promise<RetentionLife> {
    const home = await temporaryDirectory();
    const file = join(home.path, 'ledger.sqlite');
    const ledger = await openLedger({ file, stationId: STATION_ID, demandsCustody: true });
    return new RetentionLife({ ledger, file, remove: () => home.remove(), parts: someRetention(parts) });
  }

  #keeper(): RetentionKeeper {
    const { ledger, clock, parts } = this;
    const failed = (error: unknown) => {
      throw error;
    };
    const clockWatch = { state: () => this.clockState };
    return new RetentionKeeper({ ledger, clock, shelf: parts.shelf, clockWatch, stationId: STATION_ID, failed });
  }

  /** The station is killed and started again. */
  async restart(): Promise<void> {
    await this.ledger.close();
    this.ledger = await openLedger({ file: this.file, stationId: STATION_ID, demandsCustody: true });
    this.keeper = this.#keeper();
  }

  /** A sealed recording, with the entries that the stages write. */
  async addRecording(n: number, more: Partial<NewRecording> = {}): Promise<string> {
    return addSealed(this.ledger, n, { createdAtMs: this.clock.nowMs(), ...more });
  }

  async tag(id: string, data: Parameters<typeof RecordingTagged.make>[0]['data']): Promise<void> {
    await this.ledger.transaction(async (writer) => {
      if (data.category) await writer.recordings.update(id, { category: data.category.new });
      if (data.important) await writer.recordings.update(id, { important: data.important.new });
      for (const number of data.cases?.new ?? []) await writer.recordings.addCase(id, number);
      for (const number of data.cases?.old ?? []) if (!data.cases?.new.includes(number)) await writer.recordings.removeCase(id, number);
      await writer.custody.append(
        RecordingTagged.make({ atMs: this.clock.nowMs(), actor: cli('li'), subject: subject('recording', id), data }),
      );
    });
  }

  /** The archive `disk` has its originals. */
  async archive(id: string): Promise<void> {
    await this.ledger.transaction(async (writer) => tellArchived(writer, (await writer.recordings.detail(id))?.originals ?? []));
  }

  /** The archive tells this lock of each of its copies. */
  async lock(id: string, { untilMs, hold }: { readonly untilMs: number; readonly hold: boolean }): Promise<void> {
    await this.ledger.transaction(async (writer) => {
      const copies = (await writer.recordings.copies(id)).filter(({ where }) => where === ARCHIVE);
      const none = { versionId: null, manifestVersionId: null, lockCheckedAtMs: null };
      const lock = { ...none, lockMode: 'COMPLIANCE' as const, lockedUntilMs: untilMs, legalHold: hold };
      for (const copy of copies) await writer.archive.setLock(copy, lock, 0);
      const objects = copies.map(({ itemId }) => ({ item: itemId, version: null, manifest: null, mode: 'COMPLIANCE', untilMs, hold }));
      const about = { atMs: this.clock.nowMs(), actor: STATION, subject: subject('recording', id) };
      await writer.custody.append(CopyLocked.make({ ...about, data: { archive: ARCHIVE, why: 'extended' }, lists: { objects } }));
    });
  }

  /** Proposes by Li, runs dry, adopts by Wu; returns version and digest. */
  async adopt(text: string): Promise<{ version: number; digest: string }> {
    const { ledger, clock, parts } = this;
    const { version } = await proposeSchedule({ ledger, clock, read: parts.read }, { text, by: LI });
    const digest = await this.dryRun(version);
    await adoptSchedule({ ledger, clock, waitingDays: parts.waitingDays }, { version, digest, by: WU });
    return { version, digest };
  }

  async dryRun(version: number): Promise<string> {
    const { ledger, clock, parts } = this;
    let digest = '';
    const given = { version, actor: LI.actor, signal: new AbortController().signal };
    for await (const line of dryRun({ ledger, clock, ...parts }, given)) if (line.type === 'result') ({ digest } = line);
    return digest;
  }

  /** Adopts, lets the waiting period pass, and counts. */
  async bringIntoForce(text: string): Promise<number> {
    const { version } = await this.adopt(text);
    this.clock.advance(this.parts.waitingDays * DAY_MS);
    await this.keeper.look();
    return version;
  }

  async dueIds(atMs = this.clock.nowMs()): Promise<readonly string[]> {
    return (await this.ledger.retention.due(atMs, { limit: 1000 })).map(({ recordingId }) => recordingId);
  }

  contradictions() {
    return contradictionsIn(this.file);
  }

  async end(): Promise<void> {
    await this.ledger.close();
    await this.#remove();
  }
}

async function addSealed(ledger: Ledger, n: number, more: Partial<NewRecording> & { readonly createdAtMs: number }): Promise<string> {
  const atMs = more.createdAtMs;
  const docking = aDocking({ recorderSerial: `R${n}`, arrivedAtMs: atMs });
  const recording = aRecording({ dockingId: docking.id, recorderSerial: docking.recorderSerial, startMs: atMs, ...more });
  const original = anOriginal(recording, { cardPath: `DCIM/${n}.mp4` });
  await ledger.transaction(async (writer) => {
    await tellDocking(writer, docking);
    for (const each of await tellListed(writer, { recording, originals: [original], atMs }))
      await tellSealed(writer, each, { sha256: aHash(n), manifestSha256: aHash(n), atMs });
    await writer.recordings.update(recording.id, { state: 'sealed' });
  });
  return recording.id;
}

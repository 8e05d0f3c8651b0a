import { stationFor } from '#domain/custody/actor';
import { CopyFailedVerification } from '#domain/custody/original-entries';
import { FactsArchived, RecordingArchived } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { type CopyLock, commonLock } from '#domain/lock/lock';
import { because } from '#domain/reason';
import { type Copy, type NewCopy, recordingStateOf } from '#domain/recording';
import { FACTS_ITEM } from '#domain/vault/facts';
import { type Claim, type WorkFailure, workId } from '#domain/work';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { ArchivedItem, ArchivedResult, ArchiveGate, ArchiveItem, LockWish, MismatchedCopy } from '#ports/work-gate';
import { noteHealed } from '#steps/note-healed';
import { type FactsSettings, factsOf } from './recording-facts.ts';

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly settings: FactsSettings;
  /** How the originals of a recording are to be locked in the archive; null: not at all. Throws archive.* where the archive may not be used. */
  readonly lockWish: (recordingId: string) => Promise<LockWish | null>;
  /** Called when the ledger says that everything of a recording is verified in the archive. */
  readonly onArchived: (recordingId: string) => void;
  /** Called for each copy that had been bad, and that the archive holds again. */
  readonly onHealed: (copy: { readonly place: string; readonly recordingId: string; readonly key: string }) => void;
}

/** The station's side of archive work: tells a worker on any host what it has to archive, and records what the worker has verified. */
export class ArchiveRecords implements ArchiveGate {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async item({ recordingId }: Claim, archive: string): Promise<ArchiveItem> {
    const detail = await this.#detail(this.#options.ledger, recordingId);
    const { key, bytes, sha256 } = await factsOf(this.#options.ledger, detail, this.#options.settings);
    const facts = heldFacts(detail.copies, archive) === sha256 ? null : { key, text: Buffer.from(bytes).toString('utf8'), sha256 };
    const readBack = await this.#wasBad(detail, archive);
    return { detail, facts, lock: await this.#options.lockWish(recordingId), readBack };
  }

  /** Whether the scrub found a copy in this archive bad, and none was stored since. */
  async #wasBad({ originals }: RecordingDetail, archive: string): Promise<boolean> {
    for (const { id } of originals) if ((await this.#options.ledger.scrubs.fault(id, archive))?.endedAtMs === null) return true;
    return false;
  }

  async #detail(ledger: LedgerReader, recordingId: string): Promise<RecordingDetail> {
    const detail = await ledger.recordings.detail(recordingId);
    if (!detail) throw new EvidockError('request.not-found', because('no-recording', { recording: recordingId }));
    return detail;
  }

  async record(claim: Claim, result: ArchivedResult): Promise<{ done: boolean }> {
    const healed: string[] = [];
    const done = await this.#options.ledger.transaction((writer) => this.#record(writer, claim, { ...result, healed }));
    this.#options.faults.reached('w14-archived-recorded');
    for (const key of healed) this.#options.onHealed({ place: result.archive, recordingId: claim.recordingId, key });
    if (done) this.#options.onArchived(claim.recordingId);
    return { done };
  }

  /**
   * Records verified copies, at fault point `w14-archived-recorded`. Returns whether the archive holds everything now. A copy that had been bad and was read back
   * is healed: its key is added to `healed`.
   */
  async #record(
    writer: LedgerWriter,
    claim: Claim,
    { archive, verifiedBy, items, healed }: ArchivedResult & { readonly healed: string[] },
  ): Promise<boolean> {
    // This comes first: nothing is written for a claim that is not the newest.
    await writer.work.requireClaim(claim);
    const { recordingId } = claim;
    const nowMs = this.#options.clock.nowMs();
    for (const item of items) {
      if (!item.counts) continue;
      const { itemId, key, bytes, sha256 } = item;
      const copy: NewCopy = { itemId, recordingId, where: archive, key, bytes, verifiedAtMs: nowMs, verifiedBy };
      await writer.recordings.upsertCopy({ ...copy, ...lockOf(items, item, nowMs), ...(itemId === FACTS_ITEM ? { sha256 } : {}) });
      const how = { from: 'vault', atMs: nowMs, actor: stationFor(claim) };
      if (verifiedBy === 'readback' && (await noteHealed(writer, { ...copy }, how))) healed.push(key);
    }
    const objects = items.map((item) => objectTold(items, item));
    const type = items.every(({ itemId }) => itemId === FACTS_ITEM) ? FactsArchived : RecordingArchived;
    const about = { atMs: nowMs, actor: stationFor(claim), subject: subject('recording', recordingId) };
    if (objects.length > 0) await writer.custody.append(type.make({ ...about, data: { archive, verifiedBy }, lists: { objects } }));
    if (objects.length > 0 && type === RecordingArchived) await writer.recordings.update(recordingId, { archivedAtMs: nowMs });
    if (!(await this.#holdsAll(writer, recordingId, archive))) {
      await writer.work.postpone(claim, { delayMs: 0 });
      return false;
    }
    await writer.work.finish(claim);
    const derive = await writer.work.get(workId('derive', recordingId));
    const deriveSettled = !derive || derive.state === 'done' || derive.state === 'failed';
    await writer.recordings.update(recordingId, { state: recordingStateOf({ allSealed: true, deriveSettled, archiveSettled: true }) });
    return true;
  }

  async #holdsAll(writer: LedgerWriter, recordingId: string, archive: string): Promise<boolean> {
    const { settings } = this.#options;
    const detail = await this.#detail(writer, recordingId);
    const there = new Set(detail.copies.filter((copy) => copy.where === archive).map((copy) => copy.itemId));
    const wanted = [...detail.originals, ...(settings.derivatives ? detail.derivatives : [])];
    const facts = await factsOf(writer, detail, settings);
    return wanted.every((item) => there.has(item.id)) && heldFacts(detail.copies, archive) === facts.sha256;
  }

  async mismatched(claim: Claim, { found, ...data }: MismatchedCopy): Promise<void> {
    const { ledger, clock } = this.#options;
    await ledger.transaction(async (writer) => {
      await writer.work.requireClaim(claim);
      const about = { atMs: clock.nowMs(), actor: stationFor(claim), subject: subject('recording', claim.recordingId) };
      await writer.custody.append(CopyFailedVerification.make({ ...about, data, personal: { found } }));
    });
  }

  async giveUp(claim: Claim, failure: WorkFailure): Promise<void> {
    await this.#options.ledger.transaction((writer) => writer.work.fail(claim, { ...failure, retryInMs: null }));
  }
}

const manifestOf = (items: readonly ArchivedItem[], { itemId }: ArchivedItem) =>
  items.find((each) => !each.counts && each.itemId === itemId);

/** Versions and lock of a copy, with those of its manifest. What the two have in common holds for the copy: the earlier date, and a hold that both have. */
function lockOf(items: readonly ArchivedItem[], item: ArchivedItem, nowMs: number): CopyLock {
  const manifest = manifestOf(items, item);
  const lock = item.lock && manifest?.lock ? commonLock(item.lock, manifest.lock) : item.lock;
  return {
    ...{ versionId: item.versionId, manifestVersionId: manifest?.versionId ?? null, lockMode: lock?.mode ?? null },
    ...{ lockedUntilMs: lock?.untilMs ?? null, legalHold: lock?.hold ?? false, lockCheckedAtMs: lock ? nowMs : null },
  };
}

function objectTold(items: readonly ArchivedItem[], item: ArchivedItem) {
  const { itemId, counts, key, bytes, sha256, versionId: version } = item;
  const { lockMode: mode, lockedUntilMs: untilMs, legalHold: hold } = lockOf(items, item, 0);
  const lock = counts ? { mode, untilMs, hold } : null;
  return { item: counts ? itemId : null, of: counts ? null : itemId, key, bytes, sha256, version, lock };
}

/** Digest of `facts.json` as the archive holds it; undefined if it has none. */
function heldFacts(copies: readonly Copy[], archive: string): string | undefined {
  return copies.find(({ itemId, where }) => itemId === FACTS_ITEM && where === archive)?.sha256;
}

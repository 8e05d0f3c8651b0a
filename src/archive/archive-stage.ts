import { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { sha256Hex } from '#domain/canonical-json';
import { EvidockError, isFailure } from '#domain/errors';
import type { LockState } from '#domain/lock/lock';
import { mediaTypeOf } from '#domain/media/media-type';
import { because } from '#domain/reason';
import type { Hours } from '#domain/time/hours';
import { FACTS_ITEM } from '#domain/vault/facts';
import { manifestKey } from '#domain/vault/vault-key';
import type { Claim } from '#domain/work';
import { archived, type Log, workGivenUp } from '#events';
import type { Archive, ExpectedObject, ObjectName, TransferOptions } from '#ports/archive';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Clock } from '#ports/clock';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { VaultReader } from '#ports/vault';
import type { ArchivedItem, ArchiveGate, ArchiveItem, LockWish, WorkClaims } from '#ports/work-gate';
import type { WorkHandler, WorkRun } from '#ports/work-handler';

interface ArchiveSettings {
  readonly verify: 'readback' | 'head';
  /** True: derivatives are archived too. */
  readonly derivatives: boolean;
  readonly hours: Hours;
  /** How long a run may stand still before the runner stops it, ms. A transfer that stands still ends by itself before this. */
  readonly standstillMsMax: number;
}

interface Options {
  readonly claims: Pick<WorkClaims, 'postpone'>;
  readonly gate: ArchiveGate;
  readonly vault: Pick<VaultReader, 'read' | 'readSmall'>;
  readonly archive: Archive;
  readonly locks: ArchiveLocks;
  /** Used for the archive's hours alone. */
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ArchiveSettings;
}

/** One object that has to be in the archive. */
interface Item {
  readonly itemId: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** False for a manifest: it goes with its original and has no copy row of its own. */
  readonly counts: boolean;
  /** Originals and their manifests are locked. What can be made again, and facts that change, are not. */
  readonly locked: boolean;
  /** The bytes themselves, of an object that is not in the vault. */
  readonly content?: Uint8Array;
}

/** What came of it: how it was verified, and each object as it is now. */
interface Stored {
  readonly verifiedBy: 'readback' | 'head';
  readonly told: readonly ArchivedItem[];
}

/** Puts the objects of a recording into the archive and records those that `verify` has confirmed. Runs on any host. */
export class ArchiveStage implements WorkHandler {
  readonly stage = 'archive';
  /** Never gives up: an archive that is away comes back, and the second copy has to be made. */
  readonly attemptsMax = Number.POSITIVE_INFINITY;
  readonly standstillMsMax: number;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.standstillMsMax = options.settings.standstillMsMax;
  }

  async run(claim: Claim, run: WorkRun): Promise<void> {
    const { clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    if (!settings.hours.isOpen(nowMs)) return this.#waitForHours(claim);
    const closing = this.#closing(nowMs);
    try {
      await this.#archive(claim, { ...run, signal: AbortSignal.any([run.signal, closing.signal]) });
    } catch (error) {
      if (!closing.signal.aborted || run.signal.aborted || isFailure(error, 'work.lease-lost')) throw error;
      // The hours have ended. Uploaded parts are on record, and the rest goes on when the hours begin again.
      await this.#waitForHours(claim);
    } finally {
      closing.cancel();
    }
  }

  async #waitForHours(claim: Claim): Promise<void> {
    const { claims, clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    await claims.postpone(claim, { delayMs: settings.hours.nextOpenMs(nowMs) - nowMs });
  }

  async #archive(claim: Claim, run: WorkRun): Promise<void> {
    const { archive, gate, log } = this.#options;
    const item = await gate.item(claim, archive.name);
    const items = [...(await this.#missing(item.detail)), ...changedFacts(item)];
    const begun = performance.now();
    const { verifiedBy, told } = await this.#store(claim, items, item, run);
    const { done } = await gate.record(claim, { archive: archive.name, verifiedBy, items: told });
    const bytes = items.reduce((sum, each) => sum + each.bytes, 0);
    const facts = { recordingId: claim.recordingId, archive: archive.name, objects: items.length, bytes, done };
    archived(log, { ...facts, elapsedMs: Math.round(performance.now() - begun) });
  }

  #closing(nowMs: number): { signal: AbortSignal; cancel: () => void } {
    const controller = new AbortController();
    const waitMs = this.#options.settings.hours.nextCloseMs(nowMs) - nowMs;
    if (!Number.isFinite(waitMs)) return { signal: controller.signal, cancel: () => undefined };
    const timer = setTimeout(() => controller.abort(), waitMs);
    timer.unref();
    return { signal: controller.signal, cancel: () => clearTimeout(timer) };
  }

  /** The objects that have no copy in this archive yet: each original with its manifest, then the derivatives. */
  async #missing(detail: RecordingDetail): Promise<readonly Item[]> {
    const { archive, vault, settings } = this.#options;
    const there = new Set(detail.copies.filter((copy) => copy.where === archive.name).map((copy) => copy.itemId));
    const items: Item[] = [];
    for (const original of detail.originals) {
      if (there.has(original.id)) continue;
      if (original.state !== 'sealed' || !original.digests)
        throw new EvidockError('station.internal', because('not-sealed-yet', { id: original.id }));
      const { sha256 } = original.digests;
      items.push({
        itemId: original.id,
        key: original.vaultKey,
        bytes: original.bytes,
        sha256,
        mediaType: mediaTypeOf(original.vaultKey),
        ...{ counts: true, locked: true },
      });
      const key = manifestKey(original.recordingId, original.index);
      const manifest = await vault.readSmall(key);
      items.push({
        itemId: original.id,
        key,
        bytes: manifest.length,
        sha256: sha256Hex(manifest),
        mediaType: mediaTypeOf(key),
        ...{ counts: false, locked: true },
      });
    }
    if (!settings.derivatives) return items;
    for (const derivative of detail.derivatives) {
      if (there.has(derivative.id)) continue;
      const { id, vaultKey, bytes, sha256, mediaType } = derivative;
      items.push({ itemId: id, key: vaultKey, bytes, sha256, mediaType, counts: true, locked: false });
    }
    return items;
  }

  async #store(
    claim: Claim,
    items: readonly Item[],
    { lock: wish, readBack }: Pick<ArchiveItem, 'lock' | 'readBack'>,
    run: WorkRun,
  ): Promise<Stored> {
    const { archive, vault, settings } = this.#options;
    const { signal } = run;
    // Each byte is sent to the archive and, with `readback`, comes back once.
    const policy = readBack ? 'readback' : settings.verify;
    const ways = policy === 'readback' ? 2 : 1;
    const total = items.reduce((sum, item) => sum + item.bytes * ways, 0);
    let seen = 0;
    const onBytes = (bytes: number) => {
      seen += bytes;
      run.onPercent(total === 0 ? 100 : (100 * seen) / total);
    };
    const transfer = { signal, onBytes, onMoved: run.onProgress };
    let verifiedBy: 'readback' | 'head' = policy;
    const told: ArchivedItem[] = [];
    for (const { content, counts, itemId, locked, ...object } of items) {
      signal.throwIfAborted();
      const open = async (range: ByteRange) =>
        content ? Readable.from([Buffer.from(content.subarray(range.start, range.end))]) : vault.read(object.key, range);
      // Only facts are ever replaced. They are never put under an object lock.
      const { versionId } = await archive.put({ ...object, ...transfer, open, replaces: content !== undefined });
      const { key, bytes, sha256 } = object;
      verifiedBy = await this.#verify(claim, { key, bytes, sha256, versionId, itemId }, { ...transfer, policy });
      const lock = locked && wish ? await this.#lock({ key, versionId }, wish, signal) : null;
      told.push({ itemId, key, bytes, sha256, counts, versionId, lock });
    }
    return { verifiedBy, told };
  }

  /** Locks what is complete and verified. Whatever cannot be locked as it should be is not archived: this throws. */
  async #lock(object: ObjectName, { untilMs, hold }: LockWish, signal: AbortSignal): Promise<LockState> {
    const { locks } = this.#options;
    let state = untilMs === null ? null : await locks.lock(object, untilMs, signal);
    if (hold) state = await locks.hold(object, true, signal);
    return state ?? locks.state(object, signal);
  }

  async #verify(claim: Claim, expected: ExpectedObject & { itemId: string }, options: TransferOptions & { policy: 'readback' | 'head' }) {
    const { archive, gate } = this.#options;
    const { itemId, ...object } = expected;
    const { key, sha256 } = object;
    try {
      return await archive.verify(object, options);
    } catch (error) {
      if (isFailure(error, 'archive.mismatch'))
        await gate.mismatched(claim, { where: archive.name, item: itemId, key, expected: sha256, found: error.reason });
      throw error;
    }
  }

  async gaveUp(claim: Claim, error: EvidockError): Promise<void> {
    await this.#options.gate.giveUp(claim, { code: error.code, reason: error.reason, retryInMs: null });
    workGivenUp(this.#options.log, { stage: 'archive', recordingId: claim.recordingId }, error);
  }
}

/** The item for `facts.json`, if the archive does not hold the version of now. It comes last, so that everything that it names is in the archive before it. */
function changedFacts({ facts }: ArchiveItem): readonly Item[] {
  if (facts === null) return [];
  const { key, text, sha256 } = facts;
  const content = Buffer.from(text, 'utf8');
  return [{ itemId: FACTS_ITEM, key, bytes: content.length, sha256, mediaType: mediaTypeOf(key), counts: true, locked: false, content }];
}

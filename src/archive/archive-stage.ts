import { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { sha256Hex } from '#domain/canonical-json';
import { EvidockError, isFailure } from '#domain/errors';
import { mediaTypeOf } from '#domain/media/media-type';
import { type Copy, recordingStateOf } from '#domain/recording';
import type { Hours } from '#domain/time/hours';
import { FACTS_ITEM } from '#domain/vault/facts';
import { manifestKey } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import { archived, type Log, workGivenUp } from '#events';
import type { Archive, ExpectedObject, TransferOptions } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter, RecordingDetail } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';
import type { WorkHandler, WorkRun } from '#ports/work-handler';
import { type FactsSettings, factsOf } from './recording-facts.ts';

interface ArchiveSettings extends FactsSettings {
  readonly verify: 'readback' | 'head';
  readonly hours: Hours;
  /** Transfers end by themselves when they stand still; this is for what does not, ms. */
  readonly standstillMsMax: number;
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: VaultReader;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: ArchiveSettings;
  /** All of it is verified in the archive. */
  readonly onArchived: (recordingId: string) => void;
}

/** One object that has to be in the archive. */
interface Item {
  readonly itemId: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** A manifest goes with its original and has no copy row of its own. */
  readonly counts: boolean;
  /** Of what is not in the vault. */
  readonly content?: Uint8Array;
}

/** Puts what a recording has into the archive, and says so only when it was read back. */
export class ArchiveStage implements WorkHandler {
  readonly stage = 'archive';
  /** An archive that is away comes back; the second copy is never given up. */
  readonly attemptsMax = Number.POSITIVE_INFINITY;
  readonly standstillMsMax: number;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.standstillMsMax = options.settings.standstillMsMax;
  }

  async run(recordingId: string, run: WorkRun): Promise<void> {
    const { ledger, clock, settings, archive, log, faults } = this.#options;
    const id = workId('archive', recordingId);
    const nowMs = clock.nowMs();
    if (!settings.hours.isOpen(nowMs)) {
      await ledger.transaction((writer) => writer.postponeWork(id, settings.hours.nextOpenMs(nowMs), nowMs));
      return;
    }
    const closing = this.#closing(nowMs);
    const signal = AbortSignal.any([run.signal, closing.signal]);
    try {
      const detail = await ledger.recordingDetail(recordingId);
      if (!detail) throw new EvidockError('request.not-found', `recording ${recordingId}`);
      const items = [...(await this.#missing(detail)), ...(await this.#changedFacts(detail))];
      const begun = performance.now();
      const how = await this.#store(items, signal, run);
      const done = await ledger.transaction((writer) => this.#record(writer, recordingId, items, how));
      faults.reached('w14-archived-recorded');
      const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
      archived(log, {
        recordingId,
        archive: archive.name,
        objects: items.length,
        bytes,
        done,
        elapsedMs: Math.round(performance.now() - begun),
      });
      if (done) this.#options.onArchived(recordingId);
    } catch (error) {
      if (!closing.signal.aborted || run.signal.aborted) throw error;
      // The window has closed: what was uploaded is on record, the rest goes on when it opens.
      const thenMs = clock.nowMs();
      await ledger.transaction((writer) => writer.postponeWork(id, settings.hours.nextOpenMs(thenMs), thenMs));
    } finally {
      closing.cancel();
    }
  }

  #closing(nowMs: number): { signal: AbortSignal; cancel: () => void } {
    const controller = new AbortController();
    const waitMs = this.#options.settings.hours.nextCloseMs(nowMs) - nowMs;
    if (!Number.isFinite(waitMs)) return { signal: controller.signal, cancel: () => undefined };
    const timer = setTimeout(() => controller.abort(), waitMs);
    timer.unref();
    return { signal: controller.signal, cancel: () => clearTimeout(timer) };
  }

  /** What has no copy in this archive yet: each original with its manifest, then the derivatives. */
  async #missing(detail: RecordingDetail): Promise<readonly Item[]> {
    const { archive, vault, settings } = this.#options;
    const there = new Set(detail.copies.filter((copy) => copy.where === archive.name).map((copy) => copy.itemId));
    const items: Item[] = [];
    for (const original of detail.originals) {
      if (there.has(original.id)) continue;
      if (original.state !== 'sealed' || !original.digests)
        throw new EvidockError('station.internal', `${original.id} is to be archived and is not sealed`);
      const { sha256 } = original.digests;
      items.push({
        itemId: original.id,
        key: original.vaultKey,
        bytes: original.bytes,
        sha256,
        mediaType: mediaTypeOf(original.vaultKey),
        counts: true,
      });
      const key = manifestKey(original.recordingId, original.index);
      const manifest = await vault.readSmall(key);
      items.push({
        itemId: original.id,
        key,
        bytes: manifest.length,
        sha256: sha256Hex(manifest),
        mediaType: mediaTypeOf(key),
        counts: false,
      });
    }
    if (!settings.derivatives) return items;
    for (const derivative of detail.derivatives) {
      if (there.has(derivative.id)) continue;
      const { id, vaultKey, bytes, sha256, mediaType } = derivative;
      items.push({ itemId: id, key: vaultKey, bytes, sha256, mediaType, counts: true });
    }
    return items;
  }

  /** `facts.json`, if the archive does not hold it as it is to be now. It is put last: what it names is there before it. */
  async #changedFacts(detail: RecordingDetail): Promise<readonly Item[]> {
    const { archive, ledger, settings } = this.#options;
    const { key, bytes: content, sha256 } = await factsOf(ledger, detail, settings);
    if (heldFacts(detail.copies, archive.name) === sha256) return [];
    return [{ itemId: FACTS_ITEM, key, bytes: content.length, sha256, mediaType: mediaTypeOf(key), counts: true, content }];
  }

  async #store(items: readonly Item[], signal: AbortSignal, run: WorkRun): Promise<'readback' | 'head'> {
    const { archive, vault, settings } = this.#options;
    // Every byte goes there and, when it is read back, comes back.
    const ways = settings.verify === 'readback' ? 2 : 1;
    const total = items.reduce((sum, item) => sum + item.bytes * ways, 0);
    let seen = 0;
    const onBytes = (bytes: number) => {
      seen += bytes;
      run.onPercent(total === 0 ? 100 : (100 * seen) / total);
    };
    const transfer = { signal, onBytes, onMoved: run.onProgress };
    let how: 'readback' | 'head' = settings.verify;
    for (const { content, counts: _, itemId: __, ...object } of items) {
      signal.throwIfAborted();
      const open = async (range: ByteRange) =>
        content ? Readable.from([Buffer.from(content.subarray(range.start, range.end))]) : vault.read(object.key, range);
      // Facts change; they are never put under an object lock, which footage may one day be.
      await archive.put({ ...object, ...transfer, open, replaces: content !== undefined });
      how = await this.#verify(object, { ...transfer, policy: settings.verify });
    }
    return how;
  }

  async #verify(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }) {
    const { archive, ledger, clock } = this.#options;
    const { key, bytes, sha256 } = expected;
    try {
      return await archive.verify({ key, bytes, sha256 }, options);
    } catch (error) {
      if (isFailure(error, 'archive.mismatch')) {
        const data = { archive: archive.name, key, expected: sha256, found: error.detail };
        await ledger.transaction((writer) =>
          writer.appendCustody({ type: 'copy.failed-verification', atMs: clock.nowMs(), actor: 'station', subject: key, data }),
        );
      }
      throw error;
    }
  }

  /** Write 14. Returns false if something is to be there meanwhile that is not there yet: the work waits again then. */
  async #record(writer: LedgerWriter, recordingId: string, items: readonly Item[], how: 'readback' | 'head'): Promise<boolean> {
    const { archive, clock } = this.#options;
    const nowMs = clock.nowMs();
    for (const { itemId, key, bytes, sha256, counts, content } of items) {
      if (!counts) continue;
      const copy: Copy = { itemId, recordingId, where: archive.name, key, bytes, verifiedAtMs: nowMs, verifiedBy: how };
      await writer.upsertCopy(content ? { ...copy, sha256 } : copy);
    }
    const objects = items.map(({ key, bytes, sha256 }) => ({ key, bytes, sha256 }));
    const type = items.every(({ itemId }) => itemId === FACTS_ITEM) ? 'recording.facts-archived' : 'recording.archived';
    const data = { archive: archive.name, verifiedBy: how, objects };
    if (objects.length > 0) await writer.appendCustody({ type, atMs: nowMs, actor: 'station', subject: recordingId, data });
    const id = workId('archive', recordingId);
    if (!(await this.#holdsAll(writer, recordingId))) {
      await writer.postponeWork(id, nowMs, nowMs);
      return false;
    }
    await writer.finishWork(id, nowMs);
    const derive = await writer.work(workId('derive', recordingId));
    const deriveSettled = !derive || derive.state === 'done' || derive.state === 'failed';
    await writer.updateRecording(recordingId, { state: recordingStateOf({ allSealed: true, deriveSettled, archiveSettled: true }) });
    return true;
  }

  async #holdsAll(writer: LedgerWriter, recordingId: string): Promise<boolean> {
    const { archive, settings } = this.#options;
    const detail = await writer.recordingDetail(recordingId);
    if (!detail) throw new EvidockError('request.not-found', `recording ${recordingId}`);
    const there = new Set(detail.copies.filter((copy) => copy.where === archive.name).map((copy) => copy.itemId));
    const wanted = [...detail.originals, ...(settings.derivatives ? detail.derivatives : [])];
    const facts = await factsOf(writer, detail, settings);
    return wanted.every((item) => there.has(item.id)) && heldFacts(detail.copies, archive.name) === facts.sha256;
  }

  async gaveUp(recordingId: string, error: EvidockError): Promise<void> {
    const { ledger, clock, log } = this.#options;
    const facts = { code: error.code, detail: error.detail, nowMs: clock.nowMs(), nextDueAtMs: null };
    await ledger.transaction((writer) => writer.failWork(workId('archive', recordingId), facts));
    workGivenUp(log, { stage: 'archive', recordingId }, error);
  }
}

/** Digest of the facts that the archive holds; undefined if it has none. */
function heldFacts(copies: readonly Copy[], archive: string): string | undefined {
  return copies.find(({ itemId, where }) => itemId === FACTS_ITEM && where === archive)?.sha256;
}

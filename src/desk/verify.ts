import { recordFaults } from '#desk/verification/record-faults';
import type { VerifyRequest } from '#desk/verification/verify-request';
import { sha256Hex } from '#domain/canonical-json';
import type { Actor } from '#domain/custody/actor';
import { RecordingVerified, StationVerified } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { asEvidockError, failureReason, isFailure } from '#domain/errors';
import { judge } from '#domain/fixity/judge';
import { because, type Reason } from '#domain/reason';
import type { Copy, Original } from '#domain/recording';
import { FACTS_ITEM } from '#domain/vault/facts';
import { manifestKey } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import type { ExpectedObject } from '#ports/archive';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { Contradiction } from '#ports/ledger/upkeep';
import { evictedIds } from '#steps/evictable-items';
import { type WrongCopy, withdrawCopies } from '#steps/withdraw-copies';
import type { DeskDeps } from './deps.ts';
import { FixityRecord } from './fixity-record.ts';
import { contradictionReason, replayedLog } from './replay-check.ts';
import { type SealedEntry, sealedEntries } from './sealed-entries.ts';
import { shippedLogFaults } from './shipped-log.ts';
import { mustKnowRecording } from './tagging.ts';
import { unknownFiles } from './unknown-files.ts';

export type VerifyPlace = 'vault' | 'archive' | 'ledger' | 'log';

/** What reading a file again gave. `same`: null where it could not be read. */
type Verdict = { readonly same: true; readonly why: null } | { readonly same: false | null; readonly why: Reason };
const SAME: Verdict = { same: true, why: null };

/** What a verification yields while it runs. The last line is the summary. */
export type VerifyLine =
  | {
      readonly type: 'progress';
      readonly place: VerifyPlace;
      readonly files: number;
      readonly filesTotal: number;
      readonly bytes: number;
      readonly bytesTotal: number;
      /** Entries of the custody log that were replayed so far, of `entriesTotal`; both are 0 before the replay begins. */
      readonly entries: number;
      readonly entriesTotal: number;
    }
  | {
      readonly type: 'fault';
      readonly place: VerifyPlace;
      readonly recordingId: string | null;
      readonly key: string | null;
      readonly reason: Reason;
      /** Of a row that is not as the custody log tells. */
      readonly contradiction?: Contradiction;
    }
  | {
      readonly type: 'summary';
      readonly vaultFiles: number;
      readonly archiveFiles: number;
      readonly logEntries: number;
      readonly bytes: number;
      readonly faults: number;
      readonly elapsedMs: number;
    };

type Fault = Extract<VerifyLine, { type: 'fault' }>;

const PROGRESS_MS = 500;

/** Reads vault, archive and custody log again and compares them with what was sealed. One object serves one request. */
export class Verification {
  readonly #deps: DeskDeps;
  readonly #request: VerifyRequest;
  readonly #actor: Actor;
  readonly #signal: AbortSignal;
  readonly #done = { vaultFiles: 0, archiveFiles: 0, logEntries: 0, bytes: 0, faults: 0 };
  #total = { files: 0, bytes: 0 };
  #toldAtMs = 0;
  readonly #fixity: FixityRecord;
  #place: VerifyPlace = 'vault';
  #replayed = { entries: 0, entriesTotal: 0 };

  constructor(options: { deps: DeskDeps; request: VerifyRequest; actor: Actor; signal: AbortSignal }) {
    this.#deps = options.deps;
    this.#request = options.request;
    this.#actor = options.actor;
    this.#signal = options.signal;
    this.#fixity = new FixityRecord(options.deps, options.actor, options.request.recording);
  }

  async *run(): AsyncGenerator<VerifyLine> {
    const { ledger, archive, clock, facts } = this.#deps;
    const { recording, vault, log } = this.#request;
    const begun = performance.now();
    if (recording !== null) await mustKnowRecording(ledger, recording);
    await this.#measure();
    for await (const id of recording === null ? ledger.recordings.ids() : [recording]) {
      this.#signal.throwIfAborted();
      const custody = await ledger.custody.of(subject('recording', id));
      const sealed = sealedEntries(custody);
      const detail = await mustKnowRecording(ledger, id);
      for (const { key, reason } of recordFaults(detail, sealed, custody))
        yield this.#counted({ type: 'fault', place: 'ledger', recordingId: id, key, reason });
      if (detail.recording.state === 'disposed') continue;
      if (vault) yield* this.#verifyVault(detail, sealed);
      if (this.#request.archive && archive) yield* this.#verifyArchive(detail, sealed);
    }
    if (vault && recording === null) yield* this.#verifyVaultHoldsNothingElse();
    await this.#fixity.end();
    if (log) yield* this.#verifyLog();
    const { vaultFiles, archiveFiles, faults, bytes } = this.#done;
    const data = { vaultFiles, archiveFiles, faults, bytes, log };
    await ledger.transaction(async (writer) => {
      const done = { atMs: clock.nowMs(), actor: this.#actor, data };
      await writer.custody.append(
        recording === null
          ? StationVerified.make({ ...done, subject: subject('station', facts.stationId) })
          : RecordingVerified.make({ ...done, subject: subject('recording', recording) }),
      );
    });
    yield { type: 'summary', ...this.#done, elapsedMs: Math.round(performance.now() - begun) };
  }

  /** Counts the files and bytes to read, which only the progress needs. */
  async #measure(): Promise<void> {
    const { ledger, archive } = this.#deps;
    const { recording, vault } = this.#request;
    const places = (vault ? 1 : 0) + (this.#request.archive && archive ? 1 : 0);
    if (recording === null) {
      const counts = await ledger.counts();
      this.#total = { files: counts.originals * places, bytes: counts.originalBytes * places };
    } else {
      const originals = await ledger.originals.ofRecording(recording);
      this.#total = { files: originals.length * places, bytes: originals.reduce((sum, { bytes }) => sum + bytes, 0) * places };
    }
  }

  async *#verifyVault(detail: RecordingDetail, sealed: ReadonlyMap<string, SealedEntry>): AsyncGenerator<VerifyLine> {
    const { recording, originals, derivatives } = detail;
    const fault = (key: string, reason: Reason) => this.#counted({ type: 'fault', place: 'vault', recordingId: recording.id, key, reason });
    for (const original of originals) {
      const told = sealed.get(original.id);
      if (original.state !== 'sealed' || !original.digests) continue;
      const expected = { bytes: told?.bytes ?? original.bytes, sha256: told?.sha256 ?? original.digests.sha256 };
      const verdict = original.evictedAtMs === null ? await this.#reread(original.vaultKey, expected) : null;
      // It may have been evicted since the recording was read.
      if (verdict?.same !== true && (await this.#isEvicted(original)))
        yield* this.#verifyEvicted(detail, original, { ...expected, told: (why) => because('of', { thing: original.cardPath, why }) });
      else if (verdict) {
        const wrong = await this.#noted(original.vaultKey, verdict);
        if (wrong) yield fault(original.vaultKey, because('of', { thing: original.cardPath, why: wrong }));
        else await this.#recordFixity(original);
      }
      const key = manifestKey(recording.id, original.index);
      const wrongManifest = told ? await this.#noted(key, await this.#readManifest(key, told.manifestSha256)) : null;
      if (wrongManifest) yield fault(key, wrongManifest);
      this.#done.vaultFiles += 1;
      yield* this.#progress('vault');
    }
    for (const derivative of derivatives) {
      const { vaultKey, kind, bytes, sha256, evictedAtMs } = derivative;
      const verdict = evictedAtMs === null ? await this.#reread(vaultKey, { bytes, sha256 }) : null;
      const told = (why: Reason) => because('of-derivative', { kind, why });
      if (verdict?.same !== true && (await this.#isEvicted(derivative)))
        yield* this.#verifyEvicted(detail, derivative, { bytes, sha256, told });
      else if (verdict) {
        const wrong = await this.#noted(vaultKey, verdict);
        if (wrong) yield fault(vaultKey, told(wrong));
      }
    }
  }

  async #isEvicted({ id, recordingId }: Pick<Copy, 'recordingId'> & { readonly id: string }): Promise<boolean> {
    return (await evictedIds(this.#deps.ledger, recordingId)).has(id);
  }

  /** Of what left the vault the archived copy is read. It stays on record where it is wrong, because it may be the last one. */
  async *#verifyEvicted(
    { copies, recording }: RecordingDetail,
    { id, vaultKey: key }: { readonly id: string; readonly vaultKey: string },
    { bytes, sha256, told }: { bytes: number; sha256: string; told: (why: Reason) => Reason },
  ): AsyncGenerator<VerifyLine> {
    const { archive } = this.#deps;
    // It is read with everything else that the archive holds.
    if (this.#request.archive && archive) return;
    const copy = copies.find(({ itemId, where }) => itemId === id && where === archive?.name);
    const found = copy
      ? await this.#readBack({ key: copy.key, bytes, sha256, versionId: copy.versionId }, id, [])
      : because('not-archived', { id });
    if (found) yield this.#counted({ type: 'fault', place: 'archive', recordingId: recording.id, key, reason: told(found) });
  }

  /** Compares a file of the vault with what was sealed. An aborted verification throws. */
  async #reread(key: string, expected: { bytes: number; sha256: string }): Promise<Verdict> {
    try {
      let told = 0;
      const onBytes = (position: number) => {
        this.#done.bytes += position - told;
        told = position;
      };
      const { bytes, digests } = await this.#deps.vault.reread(key, { sm3: false, signal: this.#signal, onBytes });
      onBytes(bytes);
      const why = judge({ bytes, sha256: digests.sha256 }, expected);
      return why === null ? SAME : { same: false, why };
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #readManifest(key: string, expected: string): Promise<Verdict> {
    try {
      const found = sha256Hex(await this.#deps.vault.readSmall(key));
      return found === expected ? SAME : { same: false, why: because('manifest-digest', { found, sha256: expected }) };
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** What an attempt to read a file again gave, on record by its key. */
  async #noted(key: string, { same, why }: Verdict): Promise<Reason | null> {
    await this.#fixity.add('vault', key, same);
    return why;
  }

  /** A file that is not there is not what was sealed. Of one that cannot be read, nobody knows what it holds. */
  #failed(error: unknown): Verdict {
    const differs = isFailure(error, 'vault.missing', 'archive.mismatch', 'archive.missing');
    return { same: differs ? false : null, why: this.#told(error) };
  }

  #told(error: unknown): Reason {
    this.#signal.throwIfAborted();
    return failureReason(asEvidockError(error));
  }

  /** Sets the time in the copy row, which says when the bytes were last found to be right. */
  async #recordFixity(original: Original): Promise<void> {
    const { ledger, clock } = this.#deps;
    await ledger.transaction(async (writer) => {
      const copy = (await writer.recordings.copies(original.recordingId)).find(
        ({ itemId, where }) => itemId === original.id && where === 'vault',
      );
      if (copy) await writer.recordings.upsertCopy({ ...copy, verifiedAtMs: clock.nowMs() });
    });
  }

  /** Reads back every object that a copy row or a sealed manifest promises. */
  async *#verifyArchive(detail: RecordingDetail, sealed: ReadonlyMap<string, SealedEntry>): AsyncGenerator<VerifyLine> {
    const { archive, vault, facts } = this.#deps;
    if (!archive) return;
    const { recording, originals, derivatives, copies } = detail;
    const held = new Map(copies.filter(({ where }) => where === archive.name).map((copy) => [copy.itemId, copy]));
    const fault = (key: string, reason: Reason) =>
      this.#counted({ type: 'fault', place: 'archive', recordingId: recording.id, key, reason });
    const wrong: WrongCopy[] = [];
    for (const original of originals) {
      const copy = held.get(original.id);
      if (!copy) {
        if (recording.state !== 'archived') continue;
        wrong.push({ itemId: original.id, key: original.vaultKey, what: because('no-copy', {}) });
        yield fault(original.vaultKey, because('archived-without-copy', { path: original.cardPath }));
        continue;
      }
      const told = sealed.get(original.id);
      const sha256 = told?.sha256 ?? original.digests?.sha256 ?? '';
      const found = await this.#readBack({ key: copy.key, bytes: original.bytes, sha256, versionId: copy.versionId }, original.id, wrong);
      if (found) yield fault(copy.key, because('of', { thing: original.cardPath, why: found }));
      const key = manifestKey(recording.id, original.index);
      const manifest = await vault.stat(key);
      // A manifest has no copy row of its own. It is archived with its original, and archived again with it.
      const foundManifest =
        told && manifest
          ? await this.#readBack(
              { key, bytes: manifest.bytes, sha256: told.manifestSha256, versionId: copy.manifestVersionId },
              original.id,
              wrong,
            )
          : null;
      if (foundManifest) yield fault(key, because('of-manifest', { why: foundManifest }));
      this.#done.archiveFiles += 1;
      yield* this.#progress('archive');
    }
    for (const { id, kind, vaultKey, bytes, sha256, evictedAtMs } of derivatives) {
      const isEvicted = evictedAtMs !== null;
      if (!facts.archiveDerivatives && !isEvicted) continue;
      const copy = held.get(id);
      const missing = isEvicted ? because('not-archived', { id }) : null;
      const found = copy ? await this.#readBack({ key: copy.key, bytes, sha256, versionId: copy.versionId }, id, wrong) : missing;
      if (found) yield fault(vaultKey, because('of-derivative', { kind, why: found }));
    }
    const known = held.get(FACTS_ITEM);
    // While archive work is not done, newer facts may be on their way to the archive.
    const settled = (await this.#deps.ledger.work.get(workId('archive', recording.id)))?.state === 'done';
    if (settled && known?.sha256 !== undefined) {
      const found = await this.#readBack({ ...known, sha256: known.sha256 }, FACTS_ITEM, wrong);
      if (found) yield fault(known.key, because('of-facts', { why: found }));
    }
    if (wrong.length > 0) await withdrawCopies(this.#deps, recording.id, wrong, this.#actor);
  }

  /** null if the archive returns these bytes, else what is wrong, which is put on the list if it is the copy's fault and not the link's. */
  async #readBack(expected: ExpectedObject, itemId: string, wrong: WrongCopy[]): Promise<Reason | null> {
    const { archive } = this.#deps;
    try {
      const onBytes = (count: number) => {
        this.#done.bytes += count;
      };
      await archive?.verify(expected, { policy: 'readback', signal: this.#signal, onBytes });
      await this.#fixity.add('archive', expected.key, true);
      return null;
    } catch (error) {
      const { same, why } = this.#failed(error);
      await this.#fixity.add('archive', expected.key, same);
      if (same === false && why) wrong.push({ itemId, key: expected.key, what: why });
      return why;
    }
  }

  /** Yields a fault for each file that no row names. A directory that cannot be read is one fault, and the verification goes on after the vault. */
  async *#verifyVaultHoldsNothingElse(): AsyncGenerator<VerifyLine> {
    const fault = { type: 'fault', place: 'vault' } as const;
    try {
      for await (const { recordingId, key } of unknownFiles(this.#deps, this.#signal))
        yield this.#counted({ ...fault, recordingId, key, reason: because('file-unknown', {}) });
    } catch (error) {
      yield this.#counted({ ...fault, recordingId: null, key: null, reason: this.#told(error) });
    }
  }

  async *#verifyLog(): AsyncGenerator<VerifyLine> {
    const { ledger, upkeep } = this.#deps;
    const faults = ledger.custody.verify((seq) => {
      this.#done.logEntries = Math.max(this.#done.logEntries, seq + 1);
    });
    for await (const { seq, reason: why } of faults) {
      this.#signal.throwIfAborted();
      yield this.#counted({ type: 'fault', place: 'log', recordingId: null, key: null, reason: because('at-entry', { seq, why }) });
    }
    const asked = { archive: this.#request.archive, signal: this.#signal };
    for await (const { key, reason } of shippedLogFaults(this.#deps, asked))
      yield this.#counted({ type: 'fault', place: 'log', recordingId: null, key, reason });
    yield* this.#replayLog();
    for (const reason of await upkeep.integrity())
      yield this.#counted({ type: 'fault', place: 'ledger', recordingId: null, key: null, reason });
  }

  async *#replayLog(): AsyncGenerator<VerifyLine> {
    try {
      for await (const line of replayedLog(this.#deps, this.#actor, this.#signal)) {
        if (line.type === 'progress') {
          this.#replayed = { entries: line.entries, entriesTotal: line.entriesTotal };
          yield* this.#progress('ledger');
          continue;
        }
        const { type: _, ...contradiction } = line;
        const reason = contradictionReason(contradiction);
        yield this.#counted({ type: 'fault', place: 'ledger', recordingId: line.recordingId, key: null, reason, contradiction });
      }
    } catch (error) {
      // What keeps it from being replayed is a fault by its name, and no reason to leave out what comes after it.
      yield this.#counted({ type: 'fault', place: 'ledger', recordingId: null, key: null, reason: this.#told(error) });
    }
  }

  #counted(fault: Fault): Fault {
    this.#done.faults += 1;
    return fault;
  }

  *#progress(place: VerifyPlace): Iterable<VerifyLine> {
    this.#place = place;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < PROGRESS_MS) return;
    this.#toldAtMs = nowMs;
    yield this.progress();
  }

  /** How far the verification is; may be called at any time. */
  progress(): VerifyLine {
    const { vaultFiles, archiveFiles, bytes } = this.#done;
    const { files, bytes: total } = this.#total;
    return {
      type: 'progress',
      place: this.#place,
      files: vaultFiles + archiveFiles,
      filesTotal: files,
      bytes,
      bytesTotal: Math.max(bytes, total),
      ...this.#replayed,
    };
  }
}

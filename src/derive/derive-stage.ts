import type { Json } from '#domain/canonical-json';
import { damageFromIntake } from '#domain/damage';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { notesAfterDeriving, type RecordingNote } from '#domain/notes';
import { type Derivative, isTakenIn, type Original, type Recording, recordingStateOf } from '#domain/recording';
import { derivativeKey } from '#domain/vault/vault-key';
import { PRIORITY, workId } from '#domain/work';
import { derived, deriveIsSlow, type Log, workGivenUp } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { RecorderDriver } from '#ports/recorder-driver';
import type { MadeFile, Transcoder } from '#ports/transcoder';
import type { Vault } from '#ports/vault';
import type { WorkHandler, WorkRun } from '#ports/work-handler';
import { compareSegments } from './compare-segments.ts';
import { contentKind, recordKind } from './content-kind.ts';
import { learnStart } from './learn-start.ts';
import { makeDerivatives, type Product } from './make-derivatives.ts';

/** How long a damaged recording waits for healthy ones of its recorder, which a repair could learn from. */
const SIBLING_WAIT_MS = 3000;
const SIBLING_PATIENCE_MS = 3600_000;

interface DeriveSettings {
  readonly stationId: string;
  readonly timezone: string;
  /** What is known of the times of each family. */
  readonly drivers: readonly Pick<RecorderDriver, 'id' | 'madeSince' | 'containerTime'>[];
  readonly attemptsMax: number;
  /** How long a recording may hold a place that others wait for, ms; one that takes longer goes on among the later ones. */
  readonly turnMs: number;
  /** An archive is configured and takes derivatives. */
  readonly archiveDerivatives: boolean;
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly transcoder: Transcoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: DeriveSettings;
  /** The recording has something new to archive. */
  readonly onDerived: (recordingId: string) => void;
}

/** Makes a recording playable in a browser, with pictures to find one's way; never touches the originals. */
export class DeriveStage implements WorkHandler {
  readonly stage = 'derive';
  readonly standstillMsMax = null;
  readonly attemptsMax: number;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.attemptsMax = options.settings.attemptsMax;
  }

  /**
   * Slow work goes to the end of the queue: what takes longer than its turn is stopped, and made from the beginning in a place of its own where
   * nothing waits for it.
   */
  async run(recordingId: string, run: WorkRun): Promise<void> {
    if (run.later) return this.#make(recordingId, run);
    const { ledger, clock, log, settings } = this.#options;
    const turn = AbortSignal.timeout(settings.turnMs);
    try {
      await this.#make(recordingId, { ...run, signal: AbortSignal.any([run.signal, turn]) });
    } catch (error) {
      if (!turn.aborted || run.signal.aborted) throw error;
      const nowMs = clock.nowMs();
      await ledger.transaction((writer) => writer.postponeWork(workId('derive', recordingId), nowMs, nowMs, PRIORITY.later));
      deriveIsSlow(log, { recordingId, afterMs: settings.turnMs });
    }
  }

  async #make(recordingId: string, run: WorkRun): Promise<void> {
    const { ledger, vault, transcoder, clock, log, faults } = this.#options;
    const detail = await ledger.recordingDetail(recordingId);
    if (!detail) throw new EvidockError('request.not-found', `recording ${recordingId}`);
    const named = detail.originals.filter((original) => original.role === 'segment');
    const kind = await contentKind(detail.recording, named, vault);
    const segments = named.map((original) => (original.kind === detail.recording.kind ? { ...original, kind } : original));
    const begun = performance.now();
    const scratch = await vault.scratch();
    try {
      const siblings = await this.#siblings(detail.recording);
      const moreSiblingsToCome = await this.#othersAreComing(detail.recording);
      const product = await makeDerivatives({
        recording: { ...detail.recording, kind },
        segments,
        siblings,
        moreSiblingsToCome,
        vault,
        transcoder,
        scratch: scratch.path,
        run,
      });
      if (!product) {
        const nowMs = clock.nowMs();
        await ledger.transaction((writer) => writer.postponeWork(workId('derive', recordingId), nowMs + SIBLING_WAIT_MS, nowMs));
        return;
      }
      const derivatives: Derivative[] = [];
      for (const file of product.files) derivatives.push(await this.#adopt(recordingId, segments, file));
      faults.reached('w09-derivative-linked');
      await ledger.transaction(async (writer) => {
        await recordKind(writer, detail.recording, kind, clock.nowMs());
        await this.#record(writer, detail.recording, segments, product, derivatives);
      });
      faults.reached('w10-derived-recorded');
      const facts = {
        recordingId,
        files: derivatives.length,
        damaged: product.damage !== null,
        elapsedMs: Math.round(performance.now() - begun),
      };
      derived(log, facts);
    } finally {
      await scratch.remove();
    }
    this.#options.onDerived(recordingId);
  }

  /** Whole recordings of the same recorder: what a repair can learn the recorder's habits from. */
  async #siblings(recording: Recording): Promise<readonly Original[]> {
    const found = await this.#options.ledger.recordings({ recorderSerial: recording.recorderSerial, damaged: false, limit: 20 });
    return found
      .filter((other) => other.recording.id !== recording.id && other.recording.kind === recording.kind && isTakenIn(other.recording.state))
      .flatMap((other) => other.originals.filter((original) => original.role === 'segment').slice(0, 1));
  }

  /** A card that was pulled half-way leaves recordings that never come: they are waited for only while this one is fresh. */
  async #othersAreComing(recording: Recording): Promise<boolean> {
    // A clock that was set back must not make it fresh for years.
    if (Math.abs(this.#options.clock.nowMs() - recording.createdAtMs) > SIBLING_PATIENCE_MS) return false;
    return (await this.#options.ledger.recordings({ recorderSerial: recording.recorderSerial, state: 'copying', limit: 1 })).length > 0;
  }

  async #adopt(recordingId: string, segments: readonly Original[], file: MadeFile): Promise<Derivative> {
    const { vault, clock, settings } = this.#options;
    const vaultKey = derivativeKey(recordingId, file.name);
    const { bytes, sha256 } = await vault.adoptDerivative(file.path, vaultKey);
    const createdAtMs = clock.nowMs();
    return {
      id: newId('drv', createdAtMs, settings.stationId),
      recordingId,
      kind: file.kind,
      recipe: file.recipe,
      inputs: segments.map((original) => original.digests?.sha256 ?? ''),
      vaultKey,
      mediaType: file.mediaType,
      bytes,
      sha256,
      createdAtMs,
    };
  }

  /** Write 10. What intake could not get stays a reason of damage, however well the rest can be played. */
  async #record(
    writer: LedgerWriter,
    recording: Recording,
    segments: readonly Original[],
    product: Product,
    derivatives: readonly Derivative[],
  ): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const fromIntake = damageFromIntake(recording, await writer.originalsOf(recording.id));
    for (const derivative of derivatives) await writer.upsertDerivative(derivative);
    await writer.finishWork(workId('derive', recording.id), nowMs);
    const archive = await this.#reopenArchive(writer, recording, derivatives.length > 0, nowMs);
    await writer.updateRecording(recording.id, {
      state: recordingStateOf({ allSealed: true, deriveSettled: true, archiveSettled: archive === 'done' }),
      durationMs: product.durationMs,
      ...damage(fromIntake, product.damage),
      notes: notesAfterDeriving((await writer.recording(recording.id))?.notes ?? [], product.notes),
    });
    const { timezone, drivers } = this.#options.settings;
    const noted = (await writer.recording(recording.id)) ?? recording;
    await learnStart(writer, noted, segments[0], product.inside, { timezone, drivers, nowMs });
    if (product.damage !== null) {
      await writer.appendCustody({
        type: 'recording.damaged',
        atMs: nowMs,
        actor: 'station',
        subject: recording.id,
        data: { reason: product.damage },
      });
    }
    const measured = segments.map((segment, place) => ({ ...segment, durationMs: product.segmentsMs[place] ?? null }));
    // As the lines above have left it.
    const known = (await writer.recording(recording.id)) ?? recording;
    await compareSegments(writer, known, measured, { timezone: this.#options.settings.timezone, nowMs });
    const data: { [key: string]: Json } = {
      inputs: segments.map((original) => original.digests?.sha256 ?? ''),
      derivatives: derivatives.map(({ kind, recipe, vaultKey, bytes, sha256 }) => ({ kind, recipe, key: vaultKey, bytes, sha256 })),
    };
    await writer.appendCustody({ type: 'recording.derived', atMs: nowMs, actor: 'station', subject: recording.id, data });
  }

  /** New derivatives have to be archived too; returns how the archive work stands then. */
  async #reopenArchive(writer: LedgerWriter, recording: Recording, fresh: boolean, nowMs: number): Promise<string | undefined> {
    const id = workId('archive', recording.id);
    const known = await writer.work(id);
    if (!known || !this.#options.settings.archiveDerivatives || !fresh) return known?.state;
    await writer.reopenWork({ id, stage: 'archive', recordingId: recording.id, priority: known.priority, dueAtMs: nowMs, nowMs });
    return 'waiting';
  }

  async gaveUp(recordingId: string, error: EvidockError): Promise<void> {
    const { ledger, clock, log } = this.#options;
    await ledger.transaction(async (writer) => {
      const nowMs = clock.nowMs();
      await writer.failWork(workId('derive', recordingId), { code: error.code, detail: error.detail, nowMs, nextDueAtMs: null });
      const archive = await writer.work(workId('archive', recordingId));
      const state = recordingStateOf({ allSealed: true, deriveSettled: true, archiveSettled: archive?.state === 'done' });
      const recording = await writer.recording(recordingId);
      // What was playable before stays playable, and as whole as it was.
      const before = (await writer.derivatives(recordingId)).length > 0;
      const damaged = error.code === 'transcoder.unplayable' && !before;
      const fromIntake = recording && damageFromIntake(recording, await writer.originalsOf(recordingId));
      const unsupported = error.code === 'transcoder.unsupported' || error.code === 'transcoder.too-large';
      const notes: RecordingNote[] = unsupported ? [{ code: 'unsupported', parameters: { why: error.detail } }] : [];
      await writer.updateRecording(recordingId, {
        state,
        ...(damaged ? damage(fromIntake, error.detail) : {}),
        ...(before ? {} : { notes: notesAfterDeriving(recording?.notes ?? [], notes) }),
      });
      if (damaged) {
        await writer.appendCustody({
          type: 'recording.damaged',
          atMs: nowMs,
          actor: 'station',
          subject: recordingId,
          data: { reason: error.detail },
        });
      }
    });
    workGivenUp(log, { stage: 'derive', recordingId }, error);
  }
}

function damage(...reasons: readonly (string | null)[]): { damaged: boolean; damageReason: string | null } {
  const told = reasons.filter((reason) => reason !== null);
  return { damaged: told.length > 0, damageReason: told.length > 0 ? told.join('; ') : null };
}

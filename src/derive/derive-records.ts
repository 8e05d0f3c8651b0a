import { STATION, stationFor } from '#domain/custody/actor';
import { describeClaims, describeNotes } from '#domain/custody/described';
import { NotDerived, RecordingDamaged, RecordingDerived } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { damageFromIntake } from '#domain/damage';
import { asEvidockError, EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { notesAfterDeriving, type RecordingNote } from '#domain/notes';
import { because, type Reason, together } from '#domain/reason';
import { type Derivative, isTakenIn, type Original, type Recording, recordingStateOf } from '#domain/recording';
import { type Claim, type WorkFailure, workId } from '#domain/work';
import { type Log, sweepFailed } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { RecorderDriver } from '#ports/recorder-driver';
import type { DerivativeVault, VaultReader } from '#ports/vault';
import type { DerivedResult, DeriveGate, DeriveItem } from '#ports/work-gate';
import { compareSegments } from './compare-segments.ts';
import { recordKind } from './content-kind.ts';
import { learnStart } from './learn-start.ts';
import { filesOfRuns, noteLeftovers, removeLeftovers } from './leftovers.ts';

const SIBLING_PATIENCE_MS = 3600_000;
const SIBLINGS_LOOKED_AT = 20;

interface RecordSettings {
  readonly stationId: string;
  readonly timezone: string;
  /** What is known of the times that each family writes. */
  readonly drivers: readonly Pick<RecorderDriver, 'id' | 'madeSince' | 'containerTime'>[];
  /** True: an archive is configured and takes derivatives. */
  readonly archiveDerivatives: boolean;
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'list'> & Pick<DerivativeVault, 'removeDerivative'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: RecordSettings;
  /** Called when a recording has something new to archive. */
  readonly onDerived: (recordingId: string) => void;
}

/** The station's side of derive work: tells a worker on any host what it has to know of a recording, and records what the worker has made. */
export class DeriveRecords implements DeriveGate {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async item({ recordingId }: Claim): Promise<DeriveItem> {
    const detail = await this.#options.ledger.recordings.detail(recordingId);
    if (!detail) throw new EvidockError('request.not-found', because('no-recording', { recording: recordingId }));
    const { recording, originals } = detail;
    const siblings = await this.#siblings(recording);
    return { recording, originals, siblings, moreSiblingsToCome: await this.#othersAreComing(recording) };
  }

  async #siblings(recording: Recording): Promise<readonly Original[]> {
    const filter = { recorderSerial: recording.recorderSerial, damaged: false, limit: SIBLINGS_LOOKED_AT };
    const found = await this.#options.ledger.recordings.list(filter);
    return found
      .filter((other) => other.recording.id !== recording.id && other.recording.kind === recording.kind && isTakenIn(other.recording.state))
      .flatMap((other) => other.originals.filter((original) => original.role === 'segment').slice(0, 1));
  }

  /**
   * Whether other recordings of the recorder are still being copied. They count only while this recording is fresh, because a card that was pulled leaves
   * recordings that never come.
   */
  async #othersAreComing({ createdAtMs, recorderSerial }: Recording): Promise<boolean> {
    const { ledger, clock } = this.#options;
    // The difference counts in both directions, so that a clock that was set back does not make the recording fresh for years.
    if (Math.abs(clock.nowMs() - createdAtMs) > SIBLING_PATIENCE_MS) return false;
    return (await ledger.recordings.list({ recorderSerial, state: 'copying', limit: 1 })).length > 0;
  }

  async record(claim: Claim, result: DerivedResult): Promise<void> {
    const { ledger, vault, faults, onDerived } = this.#options;
    const { recordingId, token } = claim;
    const files = await filesOfRuns(vault, recordingId, (run) => run < token);
    await ledger.transaction(async (writer) => {
      await this.#record(writer, claim, result);
      await noteLeftovers(writer, recordingId, files);
    });
    faults.reached('w10-derived-recorded');
    onDerived(recordingId);
    await this.removeLeftovers(recordingId);
  }

  discard({ recordingId, token }: Claim): Promise<void> {
    return this.#dropRuns(recordingId, (run) => run === token);
  }

  async #dropRuns(recordingId: string, isOver: (run: number) => boolean): Promise<void> {
    const { ledger, vault, log } = this.#options;
    try {
      const files = await filesOfRuns(vault, recordingId, isOver);
      await ledger.transaction((writer) => noteLeftovers(writer, recordingId, files));
    } catch (error) {
      sweepFailed(log, asEvidockError(error));
    }
    await this.removeLeftovers(recordingId);
  }

  /**
   * Removes noted leftovers of one recording, or of all. What cannot be removed now stays noted and is tried again at the next start; no recording waits for
   * it.
   */
  async removeLeftovers(recordingId?: string): Promise<void> {
    try {
      await removeLeftovers(this.#options, recordingId);
    } catch (error) {
      sweepFailed(this.#options.log, asEvidockError(error));
    }
  }

  /** Records a result, at fault point `w10-derived-recorded`. Damage that intake found stays, however well the rest can be played. */
  async #record(writer: LedgerWriter, claim: Claim, result: DerivedResult): Promise<void> {
    // This comes first: nothing is written for a claim that is not the newest.
    await writer.work.finish(claim);
    const { recordingId } = claim;
    const nowMs = this.#options.clock.nowMs();
    const { timezone, drivers } = this.#options.settings;
    const before = await knownRecording(writer, recordingId);
    const segments = (await writer.originals.ofRecording(recordingId)).filter(({ role }) => role === 'segment');
    const inputs = segments.map((original) => original.digests?.sha256 ?? '');
    const typed = segments.map((original) => (original.kind === before.kind ? { ...original, kind: result.kind } : original));
    await recordKind(writer, before, result.kind, nowMs);
    const fromIntake = damageFromIntake(before, await writer.originals.ofRecording(recordingId));
    const old = new Map((await writer.recordings.derivatives(recordingId)).map(({ kind, id }) => [kind, id]));
    const fresh = result.derivatives.map((made) => this.#derivative(made, claim, inputs, nowMs));
    for (const derivative of fresh) await writer.recordings.upsertDerivative(derivative);
    const archive = await this.#reopenArchive(writer, recordingId, result.derivatives.length > 0, nowMs);
    await writer.recordings.update(recordingId, {
      state: recordingStateOf({ allSealed: true, deriveSettled: true, archiveSettled: archive === 'done' }),
      durationMs: result.durationMs,
      ...damage(fromIntake, result.damage),
      notes: notesAfterDeriving(before.notes, result.notes),
    });
    await learnStart(writer, await knownRecording(writer, recordingId), typed[0], result.inside, { timezone, drivers, nowMs });
    if (result.damage !== null) await tellDamage(writer, recordingId, result.damage, nowMs);
    const measured = typed.map((segment, place) => ({ ...segment, durationMs: result.segmentsMs[place] ?? null }));
    // Reads the recording again, because the lines above have changed it.
    await compareSegments(writer, await knownRecording(writer, recordingId), measured, { timezone, nowMs });
    const { durationMs, claimedStart, claimedFrom, startClaims, notes, damageReason } = await knownRecording(writer, recordingId);
    const lists = {
      inputs,
      derivatives: fresh.map(({ id, kind, recipe, vaultKey, mediaType, bytes, sha256 }) => ({
        ...{ id, kind, recipe, key: vaultKey, mediaType, bytes, sha256, replaces: old.get(kind) ?? null },
      })),
      segments: measured.flatMap((segment) =>
        segment.durationMs === null ? [] : [{ original: segment.id, durationMs: Math.round(segment.durationMs) }],
      ),
      claims: describeClaims(startClaims),
    };
    const about = { atMs: nowMs, actor: stationFor(claim), subject: subject('recording', recordingId) };
    const personal = { notes: describeNotes(notes), damage: damageReason };
    await writer.custody.append(RecordingDerived.make({ ...about, data: { durationMs, claimedStart, claimedFrom }, lists, personal }));
  }

  #derivative(made: DerivedResult['derivatives'][number], { recordingId }: Claim, inputs: readonly string[], nowMs: number): Derivative {
    return {
      ...made,
      id: newId('drv', nowMs, this.#options.settings.stationId),
      recordingId,
      inputs,
      createdAtMs: nowMs,
      evictedAtMs: null,
    };
  }

  /** Makes archive work wait again for new derivatives. Returns the state of the archive work then. */
  async #reopenArchive(writer: LedgerWriter, recordingId: string, fresh: boolean, nowMs: number): Promise<string | undefined> {
    const id = workId('archive', recordingId);
    const known = await writer.work.get(id);
    if (!known || !this.#options.settings.archiveDerivatives || !fresh) return known?.state;
    await writer.work.reopen({ id, stage: 'archive', recordingId, priority: known.priority, dueAtMs: nowMs, nowMs });
    return 'waiting';
  }

  async giveUp(claim: Claim, failure: WorkFailure): Promise<void> {
    const { ledger, clock } = this.#options;
    const { recordingId } = claim;
    const { code, reason } = failure;
    await ledger.transaction(async (writer) => {
      await writer.work.fail(claim, { ...failure, retryInMs: null });
      const archive = await writer.work.get(workId('archive', recordingId));
      const state = recordingStateOf({ allSealed: true, deriveSettled: true, archiveSettled: archive?.state === 'done' });
      const recording = await writer.recordings.get(recordingId);
      // A recording with earlier derivatives stays playable, and as whole as it was.
      const before = (await writer.recordings.derivatives(recordingId)).length > 0;
      const damaged = code === 'transcoder.unplayable' && !before;
      const fromIntake = recording && damageFromIntake(recording, await writer.originals.ofRecording(recordingId));
      const unsupported = code === 'transcoder.unsupported' || code === 'transcoder.too-large';
      const notes: RecordingNote[] = unsupported ? [{ code: 'unsupported', parameters: { why: reason } }] : [];
      await writer.recordings.update(recordingId, {
        state,
        ...(damaged ? damage(fromIntake, reason) : {}),
        ...(before ? {} : { notes: notesAfterDeriving(recording?.notes ?? [], notes) }),
      });
      const nowMs = clock.nowMs();
      if (damaged) await tellDamage(writer, recordingId, reason, nowMs);
      const now = await knownRecording(writer, recordingId);
      const about = { atMs: nowMs, actor: stationFor(claim), subject: subject('recording', recordingId) };
      const personal = { detail: reason, notes: describeNotes(now.notes), damage: now.damageReason };
      await writer.custody.append(NotDerived.make({ ...about, data: { code }, personal }));
    });
    await this.#dropRuns(recordingId, (run) => run <= claim.token);
  }
}

async function knownRecording(writer: LedgerWriter, recordingId: string): Promise<Recording> {
  const recording = await writer.recordings.get(recordingId);
  if (!recording) throw new EvidockError('request.not-found', because('no-recording', { recording: recordingId }));
  return recording;
}

async function tellDamage(writer: LedgerWriter, recordingId: string, reason: Reason, nowMs: number): Promise<void> {
  const about = { atMs: nowMs, actor: STATION, subject: subject('recording', recordingId) };
  await writer.custody.append(RecordingDamaged.make({ ...about, personal: { reason } }));
}

function damage(...reasons: readonly (Reason | null)[]): { damaged: boolean; damageReason: Reason | null } {
  const told = reasons.filter((reason) => reason !== null);
  return { damaged: told.length > 0, damageReason: told.length > 0 ? together(told) : null };
}

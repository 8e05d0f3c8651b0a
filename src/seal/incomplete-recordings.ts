import { STATION } from '#domain/custody/actor';
import { describeNotes, describeRecording } from '#domain/custody/described';
import { RecordingSplit } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { damageFromIntake } from '#domain/damage';
import { asEvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import type { Original, Recording } from '#domain/recording';
import { originalKey } from '#domain/vault/vault-key';
import { type Log, recordingSplit, recordingsReplaced, stageFailed } from '#events';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { NewRecording, RecordingDetail } from '#ports/ledger/recordings';
import type { Vault } from '#ports/vault';
import { setAside } from '#steps/set-aside';
import { type ClosingSettings, closeRecording } from './close-recording.ts';
import { allReplaced, closeReplaced, newerVersionsOf } from './replaced-recordings.ts';

const PAGE = 200;
const SWEEP_EVERY_MS = 3600_000;
/** Most recordings that one sweep closes; the next sweep takes more. */
const SPLITS_MAX = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly vault: Pick<Vault, 'stat' | 'quarantine'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ClosingSettings & {
    readonly stationId: string;
    /** How long the files of a recorder that has left are waited for, ms. */
    readonly waitMs: number;
  };
  /** Called when a recording was closed: it is sealed and its work waits in the ledger. */
  readonly onSealed: (recordingId: string) => void;
}

/**
 * A file may never come: it was deleted on the card, lies in a dead sector, or its recorder is lost. It must not keep the other files of
 * its recording from being played and archived. So the recording is closed with the files that are here, and the missing files move to a
 * recording of their own, where people see them and where they may still arrive. Where the new versions of all missing files are sealed,
 * there is nothing to wait for: both recordings are closed at once, the one of the missing files as replaced.
 */
export class IncompleteRecordings {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Looks now and every hour for files that have been waited for long enough. */
  start(): void {
    this.#timer = setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
    this.#timer.unref();
    this.#sweep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#work;
  }

  /**
   * To be called when the card of this docking was listed to its end. Files that earlier dockings of the recorder listed, and this one did
   * not, are no longer on the card: their recordings are closed without them.
   */
  cardListed(dockingId: string): void {
    this.#queue(async () => {
      const docking = await this.#options.ledger.dockings.get(dockingId);
      if (!docking) return;
      const { recorderSerial } = docking;
      // This recorder's files may also have been found on another recorder's card. A listing of its own card tells nothing of those.
      const wasOnThisCard = async (recording: Recording) =>
        (await this.#options.ledger.dockings.get(recording.dockingId))?.recorderSerial === recorderSerial;
      await this.#split({ recorderSerial }, wasOnThisCard, 'left-the-card');
    });
  }

  /** To be called when new versions of missing files were sealed: recordings that waited for the old versions can be closed. */
  filesReplaced(): void {
    this.#queue(() => this.#split({}, () => false, 'waited-long'));
  }

  /** Resolves when nothing that was asked for is left to do. */
  settled(): Promise<void> {
    return this.#work;
  }

  #sweep(): void {
    const before = this.#options.clock.nowMs() - this.#options.settings.waitMs;
    this.#queue(() => this.#split({}, ({ createdAtMs }) => createdAtMs < before, 'waited-long'));
  }

  #queue(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      try {
        await work();
      } catch (error) {
        // The next card or the next hour tries again.
        stageFailed(this.#options.log, 'seal', {}, asEvidockError(error));
      }
    });
  }

  async #split(filter: { recorderSerial?: string }, due: (recording: Recording) => boolean | Promise<boolean>, why: string): Promise<void> {
    let after: string | undefined;
    let splits = 0;
    for (;;) {
      const page = await this.#options.ledger.recordings.list({
        ...filter,
        state: 'copying',
        ...(after === undefined ? {} : { after }),
        limit: PAGE,
      });
      const newer = await newerVersionsOf(
        this.#options.ledger,
        page.flatMap(({ originals }) => originals),
      );
      for (const detail of page) {
        if (this.#stopped || splits >= SPLITS_MAX) return;
        const replaced = allReplaced(detail.originals, newer) !== null;
        if (replaced ? await this.#closeReplaced(detail) : (await due(detail.recording)) && (await this.#splitOne(detail, why)))
          splits += 1;
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.recording.id;
    }
  }

  async #closeReplaced(detail: RecordingDetail): Promise<boolean> {
    const { ledger, log, clock } = this.#options;
    const { id } = detail.recording;
    if (detail.originals.some(({ state }) => state !== 'listed')) return this.#splitOne(detail, 'changed-before-copied');
    const closed = await ledger.transaction((writer) => closeReplaced(writer, id, clock.nowMs()));
    if (closed) recordingsReplaced(log, { recordingIds: [id] });
    return closed;
  }

  async #splitOne({ recording, originals, caseNumbers }: RecordingDetail, why: string): Promise<boolean> {
    const { ledger, vault, log, settings, clock } = this.#options;
    const gone = await missingOf(ledger, originals);
    if (!gone) return false;
    // A crash between `w04-copy-linked` and `w05-copied-recorded` leaves bytes under a key that is about to be given up.
    for (const original of gone) {
      const key = original.vaultKey;
      if (await vault.stat(key)) await setAside(this.#options, original, { key, why: 'given-up' });
    }
    const closed = await ledger.transaction(async (writer) => {
      const current = await writer.originals.ofRecording(recording.id);
      const missing = await missingOf(writer, current);
      if (!missing) return null;
      const nowMs = clock.nowMs();
      const into = newId('rec', nowMs, settings.stationId);
      const { fresh, moved } = await moveMissing(writer, recording, missing, into, nowMs);
      for (const number of caseNumbers) await writer.recordings.addCase(into, number);
      const missingCount = recording.missingCount + missing.length;
      const reason = damageFromIntake({ ...recording, missingCount }, await writer.originals.ofRecording(recording.id));
      await writer.recordings.update(recording.id, { missingCount, damaged: true, damageReason: reason });
      const about = { atMs: nowMs, actor: STATION, subject: subject('recording', recording.id) };
      const lists = { missing: moved, cases: [...caseNumbers], fresh: [describeRecording(fresh)] };
      const personal = { cardPaths: missing.map(({ cardPath }) => cardPath), notes: describeNotes(fresh.notes), damage: reason };
      const data = { into, why, docking: fresh.dockingId, missingCount };
      await writer.custody.append(RecordingSplit.make({ ...about, data, lists, personal }));
      await closeRecording(writer, recording.id, settings, nowMs);
      await closeReplaced(writer, into, nowMs);
      return { recordingId: recording.id, into, files: missing.length };
    });
    if (!closed) return false;
    recordingSplit(log, closed);
    this.#options.onSealed(recording.id);
    return true;
  }
}

/** The originals that have not come, if none of them is on its way and something is here that is worth closing; else null. */
async function missingOf(
  ledger: Pick<Ledger, 'dockings' | 'originals'>,
  originals: readonly Original[],
): Promise<readonly Original[] | null> {
  const missing = originals.filter(({ state }) => state !== 'sealed');
  if (missing.length === 0 || missing.some(({ state }) => state !== 'listed')) return null;
  // Sidecars alone are worth closing only where their segments were replaced and so will never come.
  if (allReplaced(missing, await newerVersionsOf(ledger, missing)))
    return originals.some(({ state }) => state === 'sealed') ? missing : null;
  if (!originals.some(({ state, role }) => state === 'sealed' && role === 'segment')) return null;
  for (const dockingId of new Set(missing.map((original) => original.dockingId))) {
    const docking = await ledger.dockings.get(dockingId);
    if (docking?.state !== 'removed' && docking?.state !== 'interrupted') return null;
  }
  return missing;
}

/**
 * Moves the missing originals to the new recording `into`. What is known of the whole recording (officer, category, start) holds for it
 * too.
 */
async function moveMissing(
  writer: LedgerWriter,
  from: Recording,
  missing: readonly Original[],
  into: string,
  nowMs: number,
): Promise<{ fresh: NewRecording; moved: { original: string; bytes: number; index: number; key: string }[] }> {
  const { recorderSerial, officerId, officerSource, category, important, claimedStart, claimedFrom, startMs, clockOffsetMs } = from;
  const { startClaims, confidentiality, privacy } = from;
  const fresh: NewRecording = {
    id: into,
    dockingId: missing[0]?.dockingId ?? from.dockingId,
    kind: missing[0]?.kind ?? from.kind,
    originalCount: missing.length,
    createdAtMs: nowMs,
    ...{ recorderSerial, officerId, officerSource, category, important, claimedStart, claimedFrom, startMs, clockOffsetMs },
    // Notes on the time hold for the new recording as well; notes on the segments of the old one do not.
    notes: from.notes.filter(({ code }) => code.startsWith('time-')),
    ...{ startClaims, confidentiality, privacy },
  };
  await writer.recordings.insert(fresh);
  const moved = [];
  for (const [place, { id, bytes, cardPath }] of missing.entries()) {
    const index = place + 1;
    const key = originalKey(into, index, cardPath);
    await writer.originals.moveToRecording(id, { recordingId: into, index, vaultKey: key });
    moved.push({ original: id, bytes, index, key });
  }
  return { fresh, moved };
}

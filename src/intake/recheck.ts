import pLimit, { type LimitFunction } from 'p-limit';
import type { ListedFile } from '#domain/card/listed-file';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { StartDecision } from '#domain/start/claims';
import { byRecheckNeed, type Compared } from '#domain/vault/file-sample';
import { knownDiffers, type Log, rechecked, stageFailed } from '#events';
import type { BufferPool } from '#ports/buffer-pool';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { KnownProof, Verdict } from '#ports/known-proof';
import type { Lanes } from '#ports/lanes';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { Volume } from '#ports/recorder-driver';
import type { DockingStatuses } from '#steps/docking-statuses';
import { startOfOne } from './card-starts.ts';
import { compareWhole } from './compare-whole.ts';
import { fileOf, type NewcomerRules, recordDifference } from './record-difference.ts';
import { RECHECKED_PER_ENTRY, recordRechecked } from './record-rechecked.ts';
import { isOver, type Session } from './session.ts';
import { pause, type SessionView } from './session-view.ts';

/** So many files are compared at once over all recorders, and one of each recorder. */
const FILES_AT_ONCE = 8;
/** How often it is asked whether the re-check may go on, ms. */
const GATE_MS = 50;
/** Compared files go on record this often, ms, or after RECHECKED_PER_ENTRY of them. */
const WRITE_EVERY_MS = 5000;
const IDS_PER_QUERY = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly statuses: DockingStatuses;
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly view: SessionView;
  readonly settings: NewcomerRules & { readonly retryMs: number };
  /** True while no new file of any recorder is being listed, copied or sealed. */
  readonly quiet: () => boolean;
  /** Called with originals that are on record for this docking and not copied yet. */
  readonly onNew: (session: Session, originals: readonly Original[]) => void;
  /** Called when every known file of the docking was compared, as far as it can be read. */
  readonly onEnd: (dockingId: string) => void;
}

/** The re-check of one docking. */
interface Run {
  readonly session: Session;
  /** By id: originals that were compared whole and are the same, but are not on record as such yet. */
  readonly pending: Map<string, Original>;
  pendingSinceMs: number;
  /** True: the docking's figures on record are out of date. */
  stale: boolean;
  readonly writes: LimitFunction;
  readonly unread: Map<string, string>;
  /** Paths of files that differ although their sample was the same. */
  readonly differ: string[];
  /** How many holders pause this run: the setting of the clock and the wipe have the recorder to themselves. */
  holds: number;
  working: Promise<void> | null;
  /** The card was listed again while this run went on. */
  again: boolean;
}

/**
 * Compares known files whole while their recorder stays docked. It waits for the new files of every recorder, and begins with the files whose last whole
 * comparison is oldest. A file that differs is taken in as a new file, and the docking is not safe until that is sealed.
 */
export class Recheck implements KnownProof {
  readonly #options: Options;
  readonly #turns = pLimit(FILES_AT_ONCE);
  readonly #runs = new Map<string, Run>();
  readonly #stopping = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Called when the card is listed. A later call adds files that have become known since. */
  start(session: Session): void {
    const { id } = session.docking;
    const run: Run = this.#runs.get(id) ?? {
      session,
      pending: new Map(),
      pendingSinceMs: 0,
      stale: false,
      writes: pLimit(1),
      unread: new Map(),
      differ: [],
      holds: 0,
      working: null,
      again: true,
    };
    this.#runs.set(id, run);
    run.again = true;
    this.#show(run);
    run.working ??= this.#workWhileAsked(run).finally(() => {
      run.working = null;
    });
  }

  /** Resolves when no file of this docking is being compared any more; never rejects. */
  async ended(dockingId: string): Promise<void> {
    await this.#runs.get(dockingId)?.working;
  }

  /** Pauses the re-check of this docking until the returned function is called. */
  hold(dockingId: string): () => void {
    const run = this.#runs.get(dockingId);
    if (!run) return () => undefined;
    run.holds += 1;
    return () => {
      run.holds -= 1;
    };
  }

  /** The recorder is gone. When this resolves, nothing of the docking is kept. */
  async forget(dockingId: string): Promise<void> {
    await this.ended(dockingId);
    this.#runs.delete(dockingId);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#runs.keys()].map((id) => this.ended(id)));
  }

  async prove(dockingId: string, original: Original, volume: Volume, signal: AbortSignal): Promise<Verdict | 'unlisted'> {
    const { ledger, lanes, buffers } = this.#options;
    const run = this.#runs.get(dockingId);
    if (!run) throw new EvidockError('recorder.removed', because('id', { id: dockingId }));
    // An original may stand for a file under either of two paths. A comparison under one path says nothing of the other.
    const listed = run.session.found.known.get(original.id) === original.cardPath;
    const compared = (await ledger.originals.compared([original.id])).get(original.id);
    if (listed && compared?.recheckedIn === dockingId) return 'same';
    const { verdict, sha256 } = await compareWhole(original, volume, { lanes, buffers, signal });
    if (!listed) return verdict === 'differs' ? 'unlisted' : verdict;
    await this.#settle(run, original, verdict, sha256);
    await this.#write(run);
    return verdict;
  }

  async #workWhileAsked(run: Run): Promise<void> {
    while (run.again) {
      run.again = false;
      await this.#work(run);
    }
  }

  /** Compares file after file. Never throws: a failing ledger is asked again, and the removal of a recorder is reported elsewhere. */
  async #work(run: Run): Promise<void> {
    const { log, settings } = this.#options;
    const begun = performance.now();
    const signal = AbortSignal.any([run.session.signal, this.#stopping.signal]);
    let files = 0;
    while (!signal.aborted && !isOver(run.session)) {
      try {
        const next = await this.#oldestFirst(run);
        if (next.length === 0) break;
        for (const id of next) {
          await this.#inTurn(signal, () => this.#compare(run, id, signal));
          files += 1;
        }
      } catch (error) {
        if (signal.aborted || isOver(run.session)) break;
        const failure = asEvidockError(error);
        if (failure.code === 'recorder.removed') break;
        stageFailed(log, 'recheck', { dockingId: run.session.docking.id }, failure);
        await pause(settings.retryMs, signal);
      }
    }
    await this.#end(run, { files, elapsedMs: Math.round(performance.now() - begun), signal });
  }

  /** Runs `compare` in its turn. When the recorder has left, this no longer waits for the turn, because other recorders may hold theirs for hours. */
  async #inTurn(signal: AbortSignal, compare: () => Promise<void>): Promise<void> {
    signal.throwIfAborted();
    const { promise: begun, resolve: begin } = Promise.withResolvers<boolean>();
    const over = () => begin(false);
    signal.addEventListener('abort', over, { once: true });
    const turn = this.#turns(async () => {
      begin(true);
      if (!signal.aborted) await compare();
    });
    // The turn comes later all the same, and then ends at once. Nobody waits for it any more.
    turn.catch(() => undefined);
    const has = await begun;
    signal.removeEventListener('abort', over);
    if (has) await turn;
  }

  async #end(run: Run, done: { files: number; elapsedMs: number; signal: AbortSignal }): Promise<void> {
    const { log, settings, view, onEnd } = this.#options;
    const { docking } = run.session;
    const { files, elapsedMs, signal } = done;
    for (;;) {
      try {
        // Written also when the recorder has left, because it stays true that these files were the same.
        await this.#write(run);
        break;
      } catch (error) {
        stageFailed(log, 'recheck', { dockingId: docking.id }, asEvidockError(error));
        if (signal.aborted) return;
        await pause(settings.retryMs, signal);
      }
    }
    if (files > 0) rechecked(log, { dockingId: docking.id, files, unread: run.unread.size, elapsedMs });
    if (signal.aborted || isOver(run.session)) return;
    await view.recheckEnded(run.session, [...run.unread.values()]);
    onEnd(docking.id);
  }

  /** Ids of the known files that were not compared yet, the most urgent first. The ledger is asked in bounded queries. */
  async #oldestFirst({ session, unread }: Run): Promise<readonly string[]> {
    const { known, rechecked: done } = session.found;
    const ids = [...known.keys()].filter((id) => !done.has(id) && !unread.has(id));
    const found: { id: string; when: Compared }[] = [];
    for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
      for (const [id, when] of await this.#options.ledger.originals.compared(ids.slice(at, at + IDS_PER_QUERY))) found.push({ id, when });
    }
    return found.sort((a, b) => byRecheckNeed(a.when, b.when)).map(({ id }) => id);
  }

  async #compare(run: Run, id: string, signal: AbortSignal): Promise<void> {
    const { ledger, lanes, buffers } = this.#options;
    const { session } = run;
    const gate = () => this.#gate(run, signal);
    await gate();
    const cardPath = session.found.known.get(id);
    const original = await ledger.originals.get(id);
    // A wipe may have proved the file meanwhile.
    if (cardPath === undefined || session.found.rechecked.has(id)) return;
    if (!original || original.state === 'listed') {
      // The original's copy was found wrong, so this docking copies the file anew.
      session.found.known.delete(id);
      run.stale = true;
      return;
    }
    this.#show(run);
    const here = { ...original, cardPath };
    const { verdict, sha256 } = await compareWhole(here, session.volume, { lanes, buffers, signal, gate });
    await this.#settle(run, here, verdict, sha256);
    const due = run.pending.size >= RECHECKED_PER_ENTRY || performance.now() - run.pendingSinceMs >= WRITE_EVERY_MS;
    if (due) await this.#write(run);
  }

  async #gate(run: Run, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (run.holds > 0 || !this.#options.quiet())) await pause(GATE_MS, signal);
    signal.throwIfAborted();
  }

  async #settle(run: Run, original: Original, verdict: Verdict, sha256: string | null): Promise<void> {
    if (verdict === 'differs') return this.#takeAnew(run, original, sha256 ?? '');
    if (verdict === 'unread') run.unread.set(original.id, original.cardPath);
    else {
      run.unread.delete(original.id);
      if (run.pending.size === 0) run.pendingSinceMs = performance.now();
      run.pending.set(original.id, original);
      run.session.found.rechecked.add(original.id);
    }
    this.#show(run);
  }

  #write(run: Run): Promise<void> {
    return run.writes(() => this.#writeNow(run));
  }

  async #writeNow(run: Run): Promise<void> {
    const { ledger, clock, faults } = this.#options;
    const { docking, found } = run.session;
    const some = [...run.pending.values()];
    if (some.length === 0 && !run.stale) return;
    await ledger.transaction(async (writer) => {
      await recordRechecked(writer, docking, some, clock.nowMs());
      const filesRechecked = found.rechecked.size - (run.pending.size - some.length);
      await writer.dockings.update(docking.id, { filesToRecheck: found.known.size, filesRechecked });
    });
    faults.reached('w20-rechecked-recorded');
    run.stale = false;
    for (const { id } of some) run.pending.delete(id);
  }

  async #takeAnew(run: Run, original: Original, sha256: string): Promise<void> {
    const { ledger, statuses, clock, log, faults, settings, view, onNew } = this.#options;
    const { session } = run;
    const { docking, found, signal } = session;
    const file = fileOf(original, session, settings);
    const start = await this.#startOf(file, original.recorderSerial, session);
    const fresh = await ledger.transaction(async (writer: LedgerWriter) => {
      // Nothing is written for a recorder that has gone: its files may belong to its next docking by now.
      signal.throwIfAborted();
      return recordDifference(writer, session, { original, file, sha256, start }, { ...settings, clock, statuses });
    });
    faults.reached('w21-difference-recorded');
    found.known.delete(original.id);
    found.rechecked.delete(original.id);
    found.replaced.add(original.id);
    run.stale = true;
    if (fresh === null) return;
    if (original.dockingId !== docking.id)
      found.counts = { ...found.counts, known: found.counts.known - 1, knownBytes: found.counts.knownBytes - original.bytes };
    knownDiffers(log, { dockingId: docking.id, slot: docking.slot, originalId: original.id, recordingId: original.recordingId });
    run.differ.push(original.cardPath);
    view.differs(session, run.differ, original.bytes);
    this.#show(run);
    onNew(session, fresh);
  }

  /** Runs outside of the transaction, because it reads the header of the file. */
  #startOf(file: ListedFile, recorderSerial: string, session: Session): Promise<StartDecision> {
    const { docking, driver, volume, formerClocks, signal } = session;
    const { ledger, clock, settings } = this.#options;
    const isOwn = () => recorderSerial === docking.recorderSerial;
    const identity = ({ path, bytes, mtimeMs }: ListedFile) => ({ recorderSerial, cardPath: path, bytes, mtimeMs });
    const common = { ledger, clock, docking, driver, volume, formerClocks, timezone: settings.timezone };
    return startOfOne(file, { ...common, identity, isOwn, hasOtherBytes: () => false }, signal);
  }

  #show({ session, unread }: Run): void {
    const { known, rechecked: done } = session.found;
    this.#options.view.recheck(session, { files: known.size, done: done.size, unread: unread.size });
  }
}

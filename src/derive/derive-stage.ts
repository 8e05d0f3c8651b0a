import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { derivativeKey } from '#domain/vault/vault-key';
import { type Claim, PRIORITY, type WorkFailure } from '#domain/work';
import { derived, deriveIsSlow, type Log, workGivenUp } from '#events';
import type { FaultPoints } from '#ports/fault-points';
import type { Scratch } from '#ports/scratch';
import type { MadeFile, Transcoder } from '#ports/transcoder';
import type { DerivativeVault, VaultReader } from '#ports/vault';
import type { DeriveGate, MadeDerivative, WorkClaims } from '#ports/work-gate';
import type { WorkHandler, WorkRun } from '#ports/work-handler';
import { contentKind } from './content-kind.ts';
import { makeDerivatives, type Product } from './make-derivatives.ts';

/** How long a damaged recording waits, ms, for healthy ones of its recorder from which a repair could learn. */
const SIBLING_WAIT_MS = 3000;

interface DeriveSettings {
  readonly attemptsMax: number;
  /** How long a recording may hold a place that others wait for, ms. After that it goes on with the later work. */
  readonly turnMs: number;
  /** How long a run may stand still before the runner stops it, ms. A media process that stands still is stopped before this. */
  readonly standstillMsMax: number;
}

interface Options {
  readonly claims: Pick<WorkClaims, 'postpone'>;
  readonly gate: DeriveGate;
  readonly vault: Pick<VaultReader, 'read' | 'localFiles'> & Pick<DerivativeVault, 'adoptDerivative'>;
  readonly scratch: Scratch;
  readonly transcoder: Transcoder;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: DeriveSettings;
}

/** Makes a recording playable in a browser, with pictures for finding a place in it. Never changes the originals. Runs on any host. */
export class DeriveStage implements WorkHandler {
  readonly stage = 'derive';
  readonly standstillMsMax: number;
  readonly attemptsMax: number;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.attemptsMax = options.settings.attemptsMax;
    this.standstillMsMax = options.settings.standstillMsMax;
  }

  /**
   * Makes the derivatives. Work that takes longer than its turn is stopped and goes to the end of the queue. It is then made from the beginning, in a place of
   * its own where nothing waits for it.
   */
  async run(claim: Claim, run: WorkRun): Promise<void> {
    if (run.later) return this.#makeInTime(claim, run);
    const { claims, log, settings } = this.#options;
    const turn = AbortSignal.timeout(settings.turnMs);
    try {
      await this.#makeInTime(claim, { ...run, signal: AbortSignal.any([run.signal, turn]) });
    } catch (error) {
      if (!turn.aborted || run.signal.aborted || isFailure(error, 'work.lease-lost')) throw error;
      await claims.postpone(claim, { delayMs: 0, priority: PRIORITY.later });
      deriveIsSlow(log, { recordingId: claim.recordingId, afterMs: settings.turnMs });
    }
  }

  /**
   * Makes the derivatives within the time limits, which follow from the bytes of the original. A second try has the same limits, because the machine may have
   * been busy. After a second time-out there is no third try: it would take too long as well.
   */
  async #makeInTime(claim: Claim, run: WorkRun): Promise<void> {
    try {
      await this.#make(claim, run);
    } catch (error) {
      if (!isFailure(error, 'transcoder.timeout') || run.failedBefore !== 'transcoder.timeout') throw error;
      throw new EvidockError('transcoder.too-slow', because('twice-longer', { why: error.reason }), error);
    }
  }

  async #make(claim: Claim, run: WorkRun): Promise<void> {
    const { claims, gate, vault, transcoder, log } = this.#options;
    const item = await gate.item(claim);
    run.onProgress();
    const named = item.originals.filter((original) => original.role === 'segment');
    const kind = await contentKind(item.recording, named, vault);
    const segments = named.map((original) => (original.kind === item.recording.kind ? { ...original, kind } : original));
    const begun = performance.now();
    const scratch = await this.#options.scratch.open();
    try {
      const recording = { ...item.recording, kind };
      const product = await makeDerivatives({ ...item, recording, segments, vault, transcoder, scratch: scratch.path, run });
      if (!product) return await claims.postpone(claim, { delayMs: SIBLING_WAIT_MS });
      await this.#handIn(claim, { ...product, kind }, run.onProgress);
      const facts = { recordingId: claim.recordingId, files: product.files.length, damaged: product.damage !== null };
      derived(log, { ...facts, elapsedMs: Math.round(performance.now() - begun) });
    } finally {
      await scratch.remove();
    }
  }

  /**
   * Stores the files and hands the result in, at fault points `w09-derivative-linked` and `w10-derived-recorded`. If the result is refused, the files of this
   * run are removed.
   */
  async #handIn(claim: Claim, { files, ...result }: Product & { kind: Original['kind'] }, onProgress: () => void): Promise<void> {
    const { gate, faults } = this.#options;
    const derivatives: MadeDerivative[] = [];
    try {
      for (const file of files) derivatives.push(await this.#adopt(claim, file, onProgress));
      faults.reached('w09-derivative-linked');
      onProgress();
      await gate.record(claim, { ...result, derivatives });
    } catch (error) {
      if (isFailure(error, 'work.lease-lost')) await gate.discard(claim);
      throw error;
    }
  }

  async #adopt({ recordingId, token }: Claim, file: MadeFile, onProgress: () => void): Promise<MadeDerivative> {
    const { path, name, kind, recipe, mediaType } = file;
    const vaultKey = derivativeKey(recordingId, token, name);
    return { kind, recipe, vaultKey, mediaType, ...(await this.#options.vault.adoptDerivative(path, vaultKey, onProgress)) };
  }

  async gaveUp(claim: Claim, error: EvidockError): Promise<void> {
    const failure: WorkFailure = { code: error.code, reason: error.reason, retryInMs: null };
    await this.#options.gate.giveUp(claim, failure);
    workGivenUp(this.#options.log, { stage: 'derive', recordingId: claim.recordingId }, error);
  }
}

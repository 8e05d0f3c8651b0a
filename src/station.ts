import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import type { BullmqQueue } from '#adapters/bullmq-queue';
import { DirectoryDock } from '#adapters/directory-dock';
import { DirectoryVolume } from '#adapters/directory-volume';
import { DiskArchive } from '#adapters/disk-archive';
import { DiskVault } from '#adapters/disk-vault';
import { HashPool } from '#adapters/hash-pool';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { ManualDock } from '#adapters/manual-dock';
import { PrivateRedis } from '#adapters/private-redis';
import { ServiceManager, slotsLine } from '#adapters/service-manager';
import { SharedBufferPool } from '#adapters/shared-buffer-pool';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { TokenBucket } from '#adapters/token-bucket';
import { ArchiveStage } from '#archive/archive-stage';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { DeriveStage } from '#derive/derive-stage';
import { compilePatterns } from '#domain/card-facts';
import { asEvidockError, EvidockError } from '#domain/errors';
import { hoursOf } from '#domain/hours';
import { DRIVERS } from '#drivers';
import { recovered, stationStarted, stationStopped, sweepFailed, uploadsAborted } from '#events';
import { IntakeStage } from '#intake/intake-stage';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Dock } from '#ports/dock';
import type { FaultPoints } from '#ports/fault-points';
import { IncompleteRecordings } from '#seal/incomplete-recordings';
import { SealStage } from '#seal/seal-stage';
import type { ServeDeps } from '#serve/deps';
import { Metrics } from '#serve/metrics';
import { buildServer, listenOnSocket } from '#serve/server';
import { DockDesk } from './dock-desk.ts';
import { dockParts, NO_LEARNING } from './dock-parts.ts';
import { faultPointsFrom } from './fault-points.ts';
import { placesOf } from './places.ts';
import { VERSION } from './version.ts';
import { WorkRunner } from './work-runner.ts';

const CHUNK_BYTES = BYTES_PER_MIB;
const RETRY_MS = 5000;
const SEALS_AT_ONCE = 4;

/**
 * How much of the station runs. `look`: ledger, vault and archive behind the API, for a command; `intake`: and takes directories in;
 * `work`: and derives and archives; `all`: and watches for recorders and listens.
 */
export type StationMode = 'look' | 'intake' | 'work' | 'all';
const MODES: readonly StationMode[] = ['look', 'intake', 'work', 'all'];

interface Options {
  readonly config: Config;
  readonly mode: StationMode;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The composition root: builds every part, gives each what it needs, starts and stops them in order. */
export class Station {
  readonly #config: Config;
  readonly #mode: StationMode;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #faults: FaultPoints;
  readonly #env: Options['env'];
  readonly #places: ReturnType<typeof placesOf>;
  /** What has to be undone, last first. */
  readonly #closers: (() => Promise<void>)[] = [];
  #control: FastifyInstance | undefined;
  /** It was up: `run` tries again and again to start one while the state is in use, which is nothing to tell of. */
  #started = false;
  #desk: DockDesk | undefined;

  constructor(options: Options) {
    this.#config = options.config;
    this.#mode = options.mode;
    this.#clock = options.clock;
    this.#env = options.env;
    this.#faults = faultPointsFrom(options.env['EVIDOCK_FAULT_POINT']);
    this.#places = placesOf(options.config.station.state);
    // A command's own output is what a person reads: the station inside it is quiet unless something is wrong.
    const level = options.mode === 'all' ? options.config.log.level : 'error';
    this.#log = pino({ level, base: { station: options.config.station.id } }, pino.destination({ fd: 2, sync: true }));
  }

  /** The server that grants everything, for commands in this process. */
  get control(): FastifyInstance {
    if (!this.#control) throw new EvidockError('station.internal', 'the station is not open');
    return this.#control;
  }

  /** Opens and starts what the mode asks for; returns the address of the API in mode `all`. What was opened is closed again if a part fails. */
  async start(): Promise<string> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<string> {
    const begun = performance.now();
    const { config } = this;
    const ledger = await openLedger({ file: this.#places.ledger, stationId: config.station.id });
    this.#closers.push(() => ledger.close());
    const vault = new DiskVault({
      directory: this.#places.vault,
      reserveBytes: config.intake.reserve * BYTES_PER_MIB,
      rereadThreads: availableParallelism(),
    });
    await vault.open();
    this.#closers.push(() => vault.close());
    const archive = await this.#openArchive(ledger);
    const board = new LiveSlotBoard({ nowMs: () => this.#clock.nowMs() });
    const base: Omit<ServeDeps, 'ingest' | 'undock' | 'learning' | 'pokeWork' | 'checkQueue'> = {
      ledger,
      vault,
      archive,
      board,
      clock: this.#clock,
      log: this.#log,
      facts: {
        stationId: config.station.id,
        stationName: config.station.name,
        timezone: config.station.timezone,
        version: VERSION,
        backupDirectory: this.#places.backups,
        archiveDerivatives: config.archive.derivatives,
        suggest: this.#suggestRules(),
      },
    };
    const working = this.#mode === 'look' ? this.#notWorking() : await this.#startWork(ledger, vault, archive, board);
    const deps: ServeDeps = { ...base, ...working };
    const metrics = new Metrics(deps);
    this.#control = buildServer({ deps, grants: 'operator', metrics });
    this.#closers.push(() => this.control.close());
    if (this.#mode === 'look') return '';
    await listenOnSocket(this.#control, this.#places.socket);
    if (this.#mode !== 'all') return '';
    const address = await this.#listen(deps, metrics);
    this.#started = true;
    stationStarted(this.#log, {
      version: VERSION,
      stationId: config.station.id,
      http: address,
      elapsedMs: Math.round(performance.now() - begun),
    });
    await this.#tellServiceManager(ledger, board);
    return address;
  }

  /** Under systemd: up, alive as long as the ledger answers, and first of all closers that it stops. */
  async #tellServiceManager(ledger: SqliteLedger, board: LiveSlotBoard): Promise<void> {
    const manager = new ServiceManager({
      env: this.#env,
      log: this.#log,
      status: () => slotsLine(board.snapshot()),
      alive: () => ledger.work('watchdog'),
    });
    this.#closers.push(() => manager.stop());
    await manager.ready();
  }

  get config(): Config {
    return this.#config;
  }

  #suggestRules() {
    const { station, suggest } = this.#config;
    return { stationId: station.id, marginMs: suggest.margin * 1000, accept: suggest.accept };
  }

  #notWorking(): Pick<ServeDeps, 'ingest' | 'undock' | 'learning' | 'pokeWork' | 'checkQueue'> {
    return {
      ingest: async () => {
        throw new EvidockError('station.internal', 'a station that only looks takes nothing in');
      },
      undock: async () => undefined,
      learning: NO_LEARNING,
      // The work waits in the ledger; the next station that runs does it.
      pokeWork: () => undefined,
      checkQueue: async () => 'not started',
    };
  }

  async #openArchive(ledger: SqliteLedger): Promise<Archive | null> {
    const { archive, station } = this.#config;
    if (archive.kind === 'none') return null;
    const limiter = new TokenBucket({ bytesPerSecond: archive.bandwidth * 1024 });
    if (archive.kind === 'disk') {
      const disk = new DiskArchive({ directory: archive.directory, limiter, faults: this.#faults, stationId: station.id });
      const counts = await ledger.counts();
      await disk.open(counts.recordings - counts.notArchived > 0);
      this.#closers.push(() => disk.close());
      return disk;
    }
    const { partSize, timeout, ...s3 } = archive.s3;
    const settings = {
      ...s3,
      checksums: s3.checksums as 'WHEN_SUPPORTED' | 'WHEN_REQUIRED',
      partBytes: partSize * BYTES_PER_MIB,
      timeoutMs: timeout * 1000,
    };
    // The large libraries are loaded only by those who use them: a command that lists recordings must not wait for them.
    const { S3Archive } = await import('#adapters/s3-archive/s3-archive');
    const remote = new S3Archive({
      settings,
      journal: ledger.uploads,
      clock: this.#clock,
      limiter,
      faults: this.#faults,
      stationId: station.id,
    });
    this.#closers.push(() => remote.close());
    return remote;
  }

  async #startWork(
    ledger: SqliteLedger,
    vault: DiskVault,
    archive: Archive | null,
    board: LiveSlotBoard,
  ): Promise<Pick<ServeDeps, 'ingest' | 'undock' | 'learning' | 'pokeWork' | 'checkQueue'>> {
    const nowMs = this.#clock.nowMs();
    const swept = await vault.sweep();
    const recoveredWork = await ledger.recover(nowMs);
    recovered(this.#log, { ...recoveredWork, drafts: swept });
    const runner = MODES.indexOf(this.#mode) >= MODES.indexOf('work') ? await this.#startRunner(ledger, vault, archive) : null;
    const desk = await this.#startIntake(ledger, vault, board, (recordingId) => void runner?.runner.poke(recordingId));
    return {
      ingest: desk.ingest,
      undock: desk.undock,
      learning: this.#mode === 'all' ? desk.learning : NO_LEARNING,
      pokeWork: () => void runner?.runner.sweep(),
      checkQueue: async () => (runner ? runner.queue.check() : 'not started'),
    };
  }

  async #startRunner(ledger: SqliteLedger, vault: DiskVault, archive: Archive | null) {
    const { config } = this;
    const queue = await this.#openQueue();
    const common = { ledger, vault, clock: this.#clock, log: this.#log, faults: this.#faults };
    const { FfmpegTranscoder } = await import('#adapters/ffmpeg/ffmpeg-transcoder');
    const transcoder = new FfmpegTranscoder({
      settings: {
        ffmpeg: config.derive.ffmpeg,
        ffprobe: config.derive.ffprobe,
        height: config.derive.height,
        threads: config.derive.threads,
        timeLimitMs: config.derive.timeLimit * 1000,
        outputBytesMax: config.derive.outputMax * BYTES_PER_MIB,
      },
    });
    const deriveSettings = {
      stationId: config.station.id,
      timezone: config.station.timezone,
      attemptsMax: config.queue.attemptsMax,
      archiveDerivatives: archive !== null && config.archive.derivatives,
    };
    const derive = new DeriveStage({
      ...common,
      transcoder,
      settings: deriveSettings,
      onDerived: (recordingId) => void runner.poke(recordingId),
    });
    const handlers: (DeriveStage | ArchiveStage)[] = [derive];
    if (archive) {
      const settings = {
        verify: config.archive.verify as 'readback' | 'head',
        derivatives: config.archive.derivatives,
        hours: hoursOf(config.archive.hours, config.station.timezone),
      };
      handlers.push(new ArchiveStage({ ...common, archive, settings, onArchived: (recordingId) => this.#desk?.archived(recordingId) }));
      void this.#abortAbandoned(archive);
    }
    const runner: WorkRunner = new WorkRunner({
      ledger,
      queue,
      clock: this.#clock,
      log: this.#log,
      owner: `${config.station.id}-${process.pid}-${randomBytes(4).toString('hex')}`,
      handlers,
      concurrency: { derive: config.derive.atOnce, archive: config.archive.atOnce },
      sweepSeconds: config.queue.sweepSeconds,
      random: Math.random,
    });
    this.#closers.push(() => runner.stop());
    await runner.start();
    return { runner, queue };
  }

  /** An archive that is away now is cleaned at the next start. */
  async #abortAbandoned(archive: Archive): Promise<void> {
    try {
      const aborted = await archive.abortAbandoned(this.#clock.nowMs(), this.#config.archive.abandonAfter * 3600_000);
      if (aborted > 0) uploadsAborted(this.#log, { aborted });
    } catch (error) {
      sweepFailed(this.#log, asEvidockError(error));
    }
  }

  async #openQueue(): Promise<BullmqQueue> {
    const { queue } = this.#config;
    const { BullmqQueue } = await import('#adapters/bullmq-queue');
    if (queue.url !== '') return new BullmqQueue({ server: { url: queue.url }, prefix: queue.prefix, exclusive: false, log: this.#log });
    const redis = new PrivateRedis({
      directory: this.#places.queue,
      runDirectory: this.#places.run,
      program: queue.redisServer,
      log: this.#log,
    });
    this.#closers.push(() => redis.stop());
    await redis.start();
    return new BullmqQueue({ server: redis.address, prefix: queue.prefix, exclusive: true, log: this.#log });
  }

  async #startIntake(ledger: SqliteLedger, vault: DiskVault, board: LiveSlotBoard, onSealed: (recordingId: string) => void) {
    const { config } = this;
    const hasher = new HashPool({ threads: availableParallelism() });
    this.#closers.push(() => hasher.close());
    const buffers = new SharedBufferPool({ bytes: config.intake.buffers * BYTES_PER_MIB, chunkBytes: CHUNK_BYTES });
    const common = { ledger, vault, board, clock: this.#clock, log: this.#log, faults: this.#faults };
    const identity = { stationId: config.station.id, timezone: config.station.timezone };
    const parts = dockParts(config, { ...common, hasher, buffers });
    const closing = { archive: config.archive.kind !== 'none', suggest: this.#suggestRules() };
    const incomplete = new IncompleteRecordings({
      ...common,
      settings: { ...closing, stationId: config.station.id, waitMs: config.intake.waitForRest * 3600_000 },
      onSealed,
    });
    const seal: SealStage = new SealStage({
      ...common,
      settings: {
        ...closing,
        station: { id: config.station.id, name: config.station.name },
        timezone: config.station.timezone,
        version: VERSION,
        sealsAtOnce: SEALS_AT_ONCE,
        retryMs: RETRY_MS,
      },
      onSealed,
      onSafe: (dockingId) => desk.safe(dockingId),
      onMismatch: (original) => void intake.recopy(original),
    });
    const intake: IntakeStage = new IntakeStage({
      ...common,
      hasher,
      buffers,
      settings: {
        ...identity,
        sm3: config.intake.sm3,
        filesAtOnce: config.intake.filesAtOnce,
        unreadableBytesMax: config.intake.unreadableMax * BYTES_PER_MIB,
        verify: config.intake.verify,
        patterns: compilePatterns(config.intake.patterns),
        retryMs: RETRY_MS,
      },
      onCopied: () => seal.wake(),
      onListed: (dockingId) => {
        desk.listed(dockingId);
        incomplete.cardListed(dockingId);
        void seal.checkSafe(dockingId);
      },
    });
    const limits = {
      filesMax: config.intake.filesMax,
      depthMax: config.intake.depthMax,
      fileBytesMax: config.intake.fileMax * BYTES_PER_MIB,
    };
    const openVolume = (root: string, label: string) => new DirectoryVolume({ root, label, limits });
    const manual = new ManualDock({ openVolume });
    const docks: Dock[] = [manual];
    if (this.#mode === 'all' && config.dock.watch.length > 0) {
      docks.push(new DirectoryDock({ places: config.dock.watch, settleMs: config.dock.settleMs, openVolume, log: this.#log }));
    }
    if (this.#mode === 'all' && config.dock.usb) {
      // Loaded here only: most stations in a checkout have no ports to watch.
      const { usbDocking } = await import('./usb-docking.ts');
      const { mounts } = this.#places;
      docks.push(
        await usbDocking({ config, env: this.#env, clock: this.#clock, log: this.#log, ledger, drivers: DRIVERS, limits, mounts }),
      );
    }
    const desk: DockDesk = new DockDesk({
      ...parts,
      docks,
      byRequest: manual,
      intake,
      ledger,
      log: this.#log,
      release: config.dock.powerOff,
      retryMs: RETRY_MS,
    });
    this.#desk = desk;
    this.#closers.push(() => seal.stop());
    this.#closers.push(() => incomplete.stop());
    this.#closers.push(() => desk.stop());
    incomplete.start();
    // What an earlier process copied is sealed before anything new is.
    seal.wake();
    await desk.start();
    return {
      ingest: async (request: { directory: string; slot: number | null; serial: string | null; clockOffsetMs: number | null }) =>
        desk.docked(await manual.dock(request)),
      undock: (dockingId: string) => desk.undock(dockingId, (key) => manual.undock(key)),
      learning: desk.learner,
    };
  }

  async #listen(deps: ServeDeps, metrics: Metrics): Promise<string> {
    const { host, port } = this.#config.http;
    const app = buildServer({ deps, grants: 'viewer', metrics });
    this.#closers.push(() => app.close());
    const address = await app.listen({ host, port });
    await mkdir(this.#places.run, { recursive: true });
    await writeFile(this.#places.address, `${address}\n`);
    return address;
  }

  /** Stops the parts in the reverse order of their start; each is tried, the first failure is thrown in the end. */
  async stop(): Promise<void> {
    const begun = performance.now();
    let failure: unknown;
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failure ??= error;
      }
    }
    if (this.#started) stationStopped(this.#log, { elapsedMs: Math.round(performance.now() - begun) });
    if (failure !== undefined) throw failure;
  }
}

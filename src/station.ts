import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { DiskVault } from '#adapters/disk/disk-vault';
import { LocalScratch } from '#adapters/disk/local-scratch';
import type { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { liveChanges } from '#adapters/live-changes';
import { livePeopleChanges } from '#adapters/live-people-changes';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { PdfPrinter } from '#adapters/pdf/pdf-printer';
import { ServiceManager, slotsLine } from '#adapters/service-manager';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { LogShipper } from '#archive/log-shipper';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { Deeds } from '#desk/audit/deeds';
import { PlayedTimes } from '#desk/audit/played-times';
import type { StationClock } from '#desk/clock/station-clock';
import type { DeskDeps } from '#desk/deps';
import { Looks } from '#desk/look-log';
import { WorkerPresence } from '#desk/worker-presence';
import { STATION } from '#domain/custody/actor';
import { StationStarted, StationStopped } from '#domain/custody/station-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { lookFailed, recovered, stationReloaded, stationStarted, stationStopped } from '#events';
import type { Archive } from '#ports/archive';
import type { Changes, Topic } from '#ports/changes';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { Metrics } from '#serve/metrics';
import type { NetworkSettings } from '#serve/network/settings';
import { buildServer, listenOnSocket } from '#serve/server';
import { archiveShelf, vaultShelf } from '#steps/log-shelves';
import { ownPlacesOf, placesOf } from './state-paths.ts';
import { openAccess } from './station/access-line.ts';
import { openArchive } from './station/archive.ts';
import { openCallUps } from './station/call-ups.ts';
import { openClock } from './station/clock.ts';
import { type StationContext, suggestRules } from './station/context.ts';
import { startWorkLine } from './station/derive-and-archive.ts';
import { openDiagnosis } from './station/diagnosis.ts';
import { keepDoors, openDoors } from './station/doors.ts';
import { faultPointsFrom } from './station/fault-points.ts';
import { HeadKeeper } from './station/head-keeper.ts';
import { startHeartbeat } from './station/heartbeat.ts';
import { keepImmutable, openAttributes } from './station/immutable.ts';
import { type IntakeLine, startIntakeLine } from './station/intake-line.ts';
import { checkLedger } from './station/ledger-check.ts';
import { LogFold } from './station/log-fold.ts';
import { watchMachine } from './station/machine.ts';
import { openMarking } from './station/marking.ts';
import { openNetwork } from './station/network.ts';
import { NO_LEARNING, NOT_WORKING, type Working } from './station/not-working.ts';
import { openDisposals } from './station/retention/disposals.ts';
import { keepDuties } from './station/retention/duties.ts';
import { type EvictionLine, openEviction } from './station/retention/eviction.ts';
import { openHolds } from './station/retention/holds.ts';
import { type LockLine, openLockLine } from './station/retention/lock-line.ts';
import { openRetention } from './station/retention/retention.ts';
import { openScrub } from './station/retention/scrub.ts';
import { keepSignIn, openSignIn } from './station/sign-in.ts';
import { openWorkerDoor, workerDoor } from './station/worker-door.ts';
import { VERSION } from './version.ts';

/** Where scripts/build-console puts the pages. */
const PAGES = join(import.meta.dirname, '../dist/console');

/**
 * How much of the station runs. `look`: ledger, vault and archive behind the API, for a command; `intake`: and takes directories in;
 * `work`: and derives and archives; `all`: and watches for recorders and listens.
 */
export type StationMode = 'look' | 'intake' | 'work' | 'all';
const MODES: readonly StationMode[] = ['look', 'intake', 'work', 'all'];

interface Options {
  readonly config: Config;
  /** Where each value of the configuration comes from, as loadConfig tells. */
  readonly settings: DeskDeps['settings'];
  readonly mode: StationMode;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A person says that the ledger is to be used as it is found (`evidock ledger accept`). */
  readonly acceptLedger?: boolean;
}

interface Opened {
  readonly ledger: SqliteLedger;
  readonly vault: Vault;
  readonly eviction: EvictionLine;
  readonly attributes: SealedAttributes | undefined;
  readonly archive: Archive | null;
  readonly lockLine: LockLine | null;
  /** Throws what is wrong with it. */
  readonly checkArchive: DeskDeps['checkArchive'];
  readonly board: LiveSlotBoard;
  readonly changes: Changes;
  readonly clockWatch: StationClock;
  readonly heads: HeadKeeper;
  readonly shipper: LogShipper | null;
}

/** The composition root: opens every part in order, gives each what it needs, and stops them in the reverse order. Its parts are in station/. */
export class Station {
  readonly #mode: StationMode;
  readonly #acceptLedger: boolean;
  readonly #settings: DeskDeps['settings'];
  readonly #context: StationContext;
  /** What has to be undone, last first. */
  readonly #closers: (() => Promise<void>)[] = [];
  /** What reads its files again. */
  readonly #reloads: (() => Promise<void>)[] = [];
  #control: FastifyInstance | undefined;
  /** It was up: `run` tries again and again to start one while the state is in use, which is nothing to tell of. */
  #started = false;
  readonly #presence = new WorkerPresence();
  /** Rings the work of this station, once there is some. */
  #pokeWork: () => void = () => undefined;
  /** Has the scrub look at once for what is due, once there is one. */
  #pokeScrub: () => void = () => undefined;

  constructor({ config, settings, mode, clock, env, acceptLedger = false }: Options) {
    this.#mode = mode;
    this.#settings = settings;
    this.#acceptLedger = acceptLedger;
    // A command's own output is what a person reads: the station inside it is quiet unless something is wrong.
    const level = mode === 'all' ? config.log.level : 'error';
    this.#context = {
      config,
      clock,
      env,
      log: pino({ level, base: { station: config.station.id } }, pino.destination({ fd: 2, sync: true })),
      faults: faultPointsFrom(env['EVIDOCK_FAULT_POINT']),
      places: placesOf(config.station.state),
      onStop: (close) => this.#closers.push(close),
      onReload: (look) => this.#reloads.push(look),
    };
  }

  get config(): Config {
    return this.#context.config;
  }

  /** The server that grants everything, for commands in this process. */
  get control(): FastifyInstance {
    if (!this.#control) throw new EvidockError('station.internal', because('not-open', {}));
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
    const { config, log, places, onStop } = this.#context;
    const opened = await this.#open();
    const working = this.#mode === 'look' ? NOT_WORKING : await this.#startWork(opened);
    if (this.#mode === 'all') opened.lockLine?.start(working.pokeWork);
    const door = () => workerDoor(this.#context);
    const network = await openNetwork(this.#context, this.#mode === 'all');
    const keeps = this.#mode === 'all';
    const access = await openAccess(this.#context, { ledger: opened.ledger, runs: keeps });
    const callUps = await openCallUps(this.#context, {
      ledger: opened.ledger,
      clockWatch: opened.clockWatch,
      policy: access.policy,
      keeps,
    });
    const retention = await openRetention(this.#context, { ledger: opened.ledger, clockWatch: opened.clockWatch, keeps });
    const onRecord = this.#onRecord(opened);
    const deps: DeskDeps = {
      ...opened,
      bucket: opened.lockLine,
      upkeep: opened.ledger.upkeep,
      ...working,
      fetchBack: opened.eviction.fetchBack,
      archived: opened.eviction.archived,
      evicting: opened.eviction.evictor,
      workerDoor: door,
      workersHeard: this.#presence,
      signIn: openSignIn(this.#context),
      doors: await openDoors(this.#context, this.#mode === 'all'),
      access: { ...access, onRevoked: callUps.bell.onRevoked },
      tls: () => network.tls?.state() ?? null,
      printer: new PdfPrinter(),
      machine: keeps ? watchMachine(this.#context) : () => null,
      people: livePeopleChanges(),
      callUps,
      disposals: openDisposals(this.#context, opened),
      retention,
      holds: openHolds(this.#context, { ...opened, keeps }),
      scrub: openScrub(this.#context, { ...opened, ...onRecord, pokeWork: working.pokeWork, keeps }),
      clock: this.#context.clock,
      log,
      ...onRecord,
      played: new PlayedTimes(),
      marked: await openMarking(this.#context, keeps),
      facts: this.#facts(),
      settings: this.#settings,
      diagnose: () => diagnose(),
    };
    this.#pokeScrub = deps.scrub.wake;
    const metrics = new Metrics(deps);
    const diagnose = openDiagnosis(this.#context, deps, metrics);
    this.#control = buildServer({ deps, way: 'socket', metrics });
    onStop(() => this.control.close());
    if (this.#mode === 'look') return '';
    await keepSignIn(this.#context, deps);
    await keepDoors(this.#context, deps);
    await listenOnSocket(this.#control, places.socket);
    if (this.#mode !== 'all') return '';
    const silentSinceMs = startHeartbeat(this.#context, deps);
    keepDuties(this.#context, { ...opened, shelf: retention.shelf, machine: deps.machine, silentSinceMs, desk: deps });
    const address = await this.#listen(deps, metrics, network);
    this.#started = true;
    const elapsedMs = Math.round(performance.now() - begun);
    stationStarted(log, { version: VERSION, stationId: config.station.id, http: address, elapsedMs });
    await this.#tellServiceManager(opened);
    return address;
  }

  async #open(): Promise<Opened> {
    const { config, clock, places, onStop } = this.#context;
    const changes = liveChanges();
    const onCommitted = (topics: ReadonlySet<Topic>) => changes.tell(topics);
    const ledger = await openLedger({ file: places.ledger, stationId: config.station.id, clock, demandsCustody: true, onCommitted });
    onStop(() => ledger.close());
    const reserveBytes = config.intake.reserve * BYTES_PER_MIB;
    const attributes = openAttributes(this.#context, ledger);
    const disk = new DiskVault({ directory: places.vault, reserveBytes, rereadThreads: availableParallelism(), attributes });
    await disk.open();
    onStop(() => disk.close());
    const opened = await openArchive(this.#context, ledger);
    const archive = opened?.archive ?? null;
    const pokes = { pokeWork: () => this.#pokeWork(), pokeScrub: () => this.#pokeScrub() };
    const eviction = openEviction(this.#context, { ledger, disk, archive, attributes, ...pokes });
    const { vault } = eviction;
    const checkArchive: DeskDeps['checkArchive'] = async (options) =>
      opened ? opened.health.check(options) : because('none-configured', {});
    // A command that only looks does not wait for the archive.
    const asked = this.#mode === 'look' && !this.#acceptLedger ? null : archive;
    await checkLedger(this.#context, { ledger, upkeep: ledger.upkeep, vault, archive: asked, accept: this.#acceptLedger });
    const clockWatch = await openClock(this.#context, { ledger, watches: this.#mode !== 'look' });
    const heads = new HeadKeeper({ ledger, vault, archive, stationId: config.station.id, clock, log: this.#context.log });
    onStop(() => heads.stop());
    const shipper = config.custody.ship && this.#mode !== 'look' ? this.#shipper({ ledger, vault, archive }) : null;
    const lockLine = opened ? openLockLine(this.#context, { ledger, vault, ...opened }) : null;
    if (this.#mode === 'work' || this.#mode === 'all') await lockLine?.mustFit();
    return {
      ledger,
      vault,
      eviction,
      attributes,
      archive,
      lockLine,
      checkArchive,
      clockWatch,
      heads,
      shipper,
      changes,
      board: new LiveSlotBoard({ nowMs: () => clock.nowMs() }),
    };
  }

  /** A command that takes footage in ships once, in the end. */
  #shipper({ ledger, vault, archive }: Pick<Opened, 'ledger' | 'vault' | 'archive'>): LogShipper {
    const { config, clock, faults, log, onStop } = this.#context;
    const shelves = [vaultShelf(vault), ...(archive ? [archiveShelf(archive)] : [])];
    const named = { stationId: config.station.id, seconds: config.custody.shipSeconds };
    const shipper = new LogShipper({ shipping: ledger.shipping, ledger, shelves, ...named, clock, faults, log });
    onStop(() => shipper.stop());
    return shipper;
  }

  /** What people do, put on record before anything is shown. */
  #onRecord({ ledger, clockWatch }: Opened): { readonly looks: Looks; readonly deeds: Deeds } {
    const { config, clock, faults, log, onStop } = this.#context;
    const fold = new LogFold();
    const failed = (error: unknown) => fold.tell('look', (repeated) => lookFailed(log, error, repeated));
    const named = { ledger, clock, clockWatch, stationId: config.station.id, failed };
    const looks = new Looks({ ...named, faultPoints: faults });
    const deeds = new Deeds(named);
    onStop(async () => {
      await looks.close();
      await deeds.close();
      fold.stop();
    });
    return { looks, deeds };
  }

  #facts(): DeskDeps['facts'] {
    const { config, places } = this.#context;
    return {
      stationId: config.station.id,
      stationName: config.station.name,
      timezone: config.station.timezone,
      version: VERSION,
      backupDirectory: places.backups,
      ownDirectories: ownPlacesOf(config).inside.filter((place) => place !== places.backups),
      archiveDerivatives: config.archive.derivatives,
      shipsLog: config.custody.ship,
      suggest: suggestRules(config),
      lateMs: config.duties.late * 3_600_000,
      clockLimitSeconds: config.clock.limit,
      audit: config.audit,
    };
  }

  async #startWork({ ledger, vault, eviction, attributes, archive, lockLine, board, heads, shipper }: Opened): Promise<Working> {
    const { log, places } = this.#context;
    const scratch = new LocalScratch(places.scratch);
    const drafts = (await vault.sweep()) + (await scratch.sweep());
    // Not before: the sweep takes drafts for those of earlier processes, and would take this one's away.
    if (this.#mode === 'all') {
      heads.start();
      shipper?.start();
    }
    recovered(log, { ...(await ledger.recover()), drafts });
    await eviction.recover();
    await this.#tell(ledger);
    // The first archived recording may come before the docks are open; those ask for themselves what is archived.
    let intake: IntakeLine | null = null;
    const onArchived = async (recordingId: string) => {
      eviction.evictor?.wake();
      intake?.archived(recordingId);
    };
    const given = { ledger, vault, scratch, archive, lockLine, onArchived };
    const work = MODES.indexOf(this.#mode) >= MODES.indexOf('work') ? await startWorkLine(this.#context, given) : null;
    const onSealed = (recordingId: string) => void work?.sweep.poke(recordingId);
    const line = await startIntakeLine(this.#context, { ledger, vault, archive, board, watch: this.#mode === 'all', onSealed });
    intake = line;
    this.#pokeWork = () => void work?.sweep.sweep();
    if (this.#mode === 'all') {
      await eviction.start();
      if (attributes) keepImmutable(this.#context, { ledger, vault });
    }
    if (work && this.#mode === 'all')
      await openWorkerDoor(this.#context, { ledger, vault, scratch, gates: work.gates, presence: this.#presence });
    return {
      ingest: line.ingest,
      undock: line.undock,
      putFirst: line.putFirst,
      learning: this.#mode === 'all' ? line.learning : NO_LEARNING,
      pokeWork: () => void work?.sweep.sweep(),
      checkQueue: async () => (work ? work.queue.check() : because('not-started', {})),
    };
  }

  /** On record: that the station takes things in from now on, and, when everything of it has ended, that it does no more. */
  async #tell(ledger: Ledger): Promise<void> {
    const { config, clock, onStop } = this.#context;
    const about = () => ({ atMs: clock.nowMs(), actor: STATION, subject: subject('station', config.station.id) });
    await ledger.transaction((writer) => writer.custody.append(StationStarted.make({ ...about(), data: { version: VERSION } })));
    onStop(async () => {
      await ledger.transaction((writer) => writer.custody.append(StationStopped.make(about())));
    });
  }

  async #listen(deps: DeskDeps, metrics: Metrics, network: NetworkSettings): Promise<string> {
    const { config, places, onStop } = this.#context;
    const app = buildServer({ deps, way: 'network', metrics, network, pages: PAGES });
    onStop(() => app.close());
    const address = await app.listen({ host: config.http.host, port: config.http.port });
    await mkdir(places.run, { recursive: true });
    await writeFile(places.address, `${address}\n`);
    return address;
  }

  /** Under systemd: up, alive as long as the ledger answers, and first of all closers that it stops. */
  async #tellServiceManager({ ledger, board }: Opened): Promise<void> {
    const { env, log, onStop } = this.#context;
    const status = () => slotsLine(board.snapshot());
    const manager = new ServiceManager({ env, log, status, alive: () => ledger.work.get('watchdog') });
    onStop(() => manager.stop());
    await manager.ready();
  }

  /** Reads the files again that may change while the station runs: policy and certificate. Resolves when what they hold is in force, or told to be unusable. */
  async reload(): Promise<void> {
    for (const look of this.#reloads) await look();
    stationReloaded(this.#context.log, { files: this.#reloads.length });
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
    if (this.#started) stationStopped(this.#context.log, { elapsedMs: Math.round(performance.now() - begun) });
    if (failure !== undefined) throw failure;
  }
}

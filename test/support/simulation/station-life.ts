import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import type { DiskVault } from '#adapters/disk/disk-vault';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { LockKeeper } from '#archive/locks/lock-keeper';
import { LockPlan } from '#archive/locks/lock-plan';
import { StationClock } from '#desk/clock/station-clock';
import type { DisposalDeps } from '#desk/disposals/parts';
import type { HoldDeps } from '#desk/holds/deps';
import { RetentionKeeper } from '#desk/retention/keeper';
import { readSchedule } from '#desk/retention/read-schedule';
import { ScheduleShelf } from '#desk/retention/schedule-shelf';
import type { ScrubDeps } from '#desk/scrub/deps';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { sha256Hex } from '#domain/canonical-json';
import { manifestBeside } from '#domain/lock/compare-group';
import { lockNeedOf } from '#domain/lock/need';
import { evaluatorOf } from '#domain/retention/evaluate';
import { CheckedArchivedCopies } from '#evict/archived-copies';
import { EvictableVault } from '#evict/evictable-vault';
import { Evictor } from '#evict/evictor';
import { ArchiveFetchBack } from '#evict/fetch-back';
import { KeysInUse } from '#evict/keys-in-use';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { someRetention } from '#test/support/retention/parts';
import { intakeStation } from '#test/support/station/intake-station';
import { holdStorage } from '../../../src/station/retention/hold-storage.ts';
import type { Killer } from './killer.ts';
import { LifeClock, type Moment } from './life-clock.ts';
import type { SimulatedStorage } from './storage.ts';

export const STATION = 'test1';
export const ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;
const HORIZON_MS = 200 * DAY_MS;
const CARD_LIMITS = { filesMax: 100, depthMax: 8, fileBytesMax: 2 ** 30 };
/** Terms are counted in a zone whose days are those of storage dates. */
const CALENDAR = new RetentionCalendar({ zone: 'UTC', years: [], holidays: 'own' });

export interface Home {
  readonly directory: string;
  readonly killer: Killer;
  readonly now: Moment;
  readonly storage: (parts: { readonly clock: LifeClock; readonly ledger: Ledger; readonly killer: Killer }) => Promise<SimulatedStorage>;
}

export interface CardFile {
  /** `DCIM/20260620/DSJ0000001_0001_20260620153012_0001.MP4` */
  readonly path: string;
  readonly content: string;
  readonly atMs: number;
}

/**
 * One station on a clock that is moved: the real dock, intake, seal, ledger, vault, archive, eviction, terms, holds, locks, disposal, scrub, duties and watch of the
 * clock. The composition root alone is not here, because it brings timers that know no other time than the real one.
 */
export class StationLife {
  readonly clock: LifeClock;
  readonly directory: string;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly storage: SimulatedStorage;
  readonly killer: Killer;
  readonly clockWatch: StationClock;
  readonly evictor: Evictor;
  readonly fetchBack: ArchiveFetchBack;
  readonly keeper: RetentionKeeper;
  readonly lockKeeper: LockKeeper;
  readonly lockPlan: LockPlan;
  readonly retention: ReturnType<typeof someRetention>;
  readonly log = pino({ level: 'silent' });
  readonly #intake: Awaited<ReturnType<typeof intakeStation>>;
  readonly #running = new Set<string>();
  /** Awaited whenever a disposal looks for what a place has of a recording. */
  beforeDisposalOf: (recordingPrefix: string) => Promise<void> = async () => undefined;

  private constructor(home: Home, opened: Opened) {
    const { clock, intake, front, storage, watch } = opened;
    this.directory = home.directory;
    this.killer = home.killer;
    this.clock = clock;
    this.#intake = intake;
    this.ledger = front.ledger;
    this.vault = front.vault;
    this.evictor = front.evictor;
    this.fetchBack = front.fetchBack;
    this.storage = storage;
    this.clockWatch = watch;
    const readVersion = ({ version, text }: { version: number; text: string }) => {
      const schedule = readSchedule(text, version, `schedule ${version}`);
      return { version, schedule, calendar: CALENDAR, evaluate: evaluatorOf(schedule, CALENDAR) };
    };
    this.retention = someRetention({ read: readVersion, shelf: new ScheduleShelf(readVersion) });
    const { ledger } = this;
    const failed = (error: unknown) => {
      throw error;
    };
    this.keeper = new RetentionKeeper({ ledger, clock, shelf: this.retention.shelf, clockWatch: watch, stationId: STATION, failed });
    const { archive, locks } = storage;
    const place = archive.name;
    const needOf = async (id: string) => lockNeedOf(await ledger.retention.termOf(id));
    this.lockPlan = new LockPlan({ ledger, locks, clock, place, horizonMs: HORIZON_MS, needOf });
    const manifestOf = async ({ key }: { readonly key: string }) => {
      const bytes = await this.vault.readSmall(manifestBeside(key));
      return { key: manifestBeside(key), bytes: bytes.length, sha256: sha256Hex(bytes) };
    };
    this.lockKeeper = new LockKeeper({ ledger, locks, plan: this.lockPlan, clock, place, stationId: STATION, perSecond: 1e6, manifestOf });
  }

  static async open(home: Home): Promise<StationLife> {
    const clock = new LifeClock(home.now);
    const { killer, directory } = home;
    let front: Front | undefined;
    let storage: SimulatedStorage | undefined;
    const late = () => {
      if (storage === undefined) throw new Error('the archive is not open yet');
      return storage;
    };
    const intake = await intakeStation(
      directory,
      (disk, ledger) => {
        front = frontOf({ disk: disk as DiskVault, ledger, directory, clock, killer, storage: late });
        return front.vault;
      },
      { sm3: false, archive: true, nowMs: clock.nowMs, retryMs: 20 },
    );
    // The test asks at its end what the log says; at each start it would take longer and longer.
    intake.writesPastTheLog();
    if (!front) throw new Error('no vault');
    storage = await home.storage({ clock, ledger: front.ledger, killer });
    const { ledger } = front;
    const limits = { limitMs: 10 * 60_000, awayMs: 90 * DAY_MS };
    const failed = (error: unknown) => {
      throw error;
    };
    const log = pino({ level: 'silent' });
    const watch = new StationClock({ ledger, clock, bootMs: clock.bootMs, stationId: STATION, ...limits, log, failed });
    await watch.open();
    const life = new StationLife(home, { clock, intake, front, storage, watch });
    await life.evictor.recover();
    return life;
  }

  async close(): Promise<void> {
    await this.evictor.stop();
    await this.fetchBack.stop();
    await this.#intake.close();
    await this.storage.close();
  }

  /** A card is docked until it is safe to take it out. */
  async dock(serial: string, files: readonly CardFile[]): Promise<void> {
    const root = join(this.directory, 'card');
    await rm(root, { recursive: true, force: true });
    for (const { path, content, atMs } of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
      await utimes(join(root, path), atMs / 1000, atMs / 1000);
    }
    const docking = await this.#intake.dock(new DirectoryVolume({ root, label: 'card', limits: CARD_LIMITS }), serial, 1);
    await docking.safe();
    await docking.pull();
  }

  get holdDeps(): HoldDeps {
    const { ledger, clock } = this;
    return { ledger, clock, archive: null, facts: { stationId: STATION } };
  }

  get mirror() {
    const { ledger, clock, killer, storage, lockPlan: plan } = this;
    const heldByTerm = async (id: string) => lockNeedOf(await ledger.retention.termOf(id)).hold;
    const lockLine = { locks: killer.mortal(storage.locks), plan, heldByTerm };
    return { ledger, clock, faults: killer, stationId: STATION, storage: holdStorage({ ledger, lockLine, place: storage.archive.name }) };
  }

  get disposalDeps(): DisposalDeps {
    const { ledger, clock, killer, storage } = this;
    const vault = diskEraser({
      ...{ where: 'vault', directory: join(this.directory, 'vault'), quarantine: join(this.directory, 'vault/quarantine') },
      ...{ errors: VAULT_WRITE_ERRORS, ready: async () => undefined },
    });
    const asked: typeof vault = {
      ...killer.mortal(vault),
      keysUnder: async (prefix, signal) => {
        await this.beforeDisposalOf(prefix);
        return vault.keysUnder(prefix, signal);
      },
      erase: killer.mortal(vault).erase,
      left: killer.mortal(vault).left,
      where: 'vault',
    };
    const disposals: DisposalDeps['disposals'] = {
      ...{ waitMs: 7 * DAY_MS, batch: 2, faults: killer, running: this.#running },
      isSteady: () => this.clockWatch.state().kind === 'steady',
      open: async () => ({ places: [asked, killer.mortal(storage.eraser)], close: async () => undefined }),
    };
    return {
      ledger,
      clock,
      facts: { stationId: STATION },
      disposals,
      callUps: { ways: [], wake: () => undefined },
      pokeWork: () => undefined,
    };
  }

  get scrubDeps(): ScrubDeps {
    const { ledger, clock, killer, storage, clockWatch, log, vault } = this;
    return {
      ...{ ledger, clock, clockWatch, log, stationId: STATION, faults: killer, isBusy: () => false, notice: () => undefined },
      ...{ vault, archive: killer.mortal(storage.archive), pokeWork: () => undefined },
      limits: { vaultMs: 90 * DAY_MS, archiveMs: 180 * DAY_MS, bytesPerSecond: 1e9, faultsMax: 3 },
    };
  }
}

interface Front {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly evictor: Evictor;
  readonly fetchBack: ArchiveFetchBack;
}

interface Opened {
  readonly clock: LifeClock;
  readonly intake: Awaited<ReturnType<typeof intakeStation>>;
  readonly front: Front;
  readonly storage: SimulatedStorage;
  readonly watch: StationClock;
}

/** What stands in front of the vault, as the station puts it there. */
function frontOf(given: {
  readonly disk: DiskVault;
  readonly ledger: Ledger;
  readonly directory: string;
  readonly clock: LifeClock;
  readonly killer: Killer;
  readonly storage: () => SimulatedStorage;
}): Front {
  const { clock, killer, directory } = given;
  const ledger = killer.mortal(given.ledger);
  const disk = killer.mortal(given.disk);
  // The archive needs the ledger, which comes with the intake.
  const archive = new Proxy({} as SimulatedStorage['archive'], {
    get: (_, name) => {
      const of = killer.mortal(given.storage().archive);
      return Reflect.get(of, name, of) as unknown;
    },
  });
  const inUse = new KeysInUse();
  const root = join(directory, 'vault');
  const eraser = killer.mortal(diskEraser({ where: 'vault', directory: root, errors: VAULT_WRITE_ERRORS, ready: async () => undefined }));
  const needs = { copies: 1, freshMs: 30 * DAY_MS, readBack: true };
  const settings = { marks: { high: 90, low: 80 }, needs, playable: true, everyMs: 3_600_000 };
  const common = { ledger, clock, log: pino({ level: 'silent' }), faults: killer, vault: disk, archive };
  const evictor = new Evictor({ ...common, eraser, inUse, pokeWork: () => undefined, settings });
  const fetchBack = new ArchiveFetchBack({ ...common, room: evictor });
  const archived = new CheckedArchivedCopies({ ...common, foundBad: () => undefined });
  return {
    ledger,
    evictor,
    fetchBack,
    vault: new EvictableVault({ vault: disk, ledger, archive, archived, inUse, room: evictor, fetchBack }),
  };
}

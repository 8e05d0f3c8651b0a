import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { DiskVault } from '#adapters/disk/disk-vault';
import { liveChanges } from '#adapters/live-changes';
import { liveGrantBell } from '#adapters/live-grant-bell';
import { livePeopleChanges } from '#adapters/live-people-changes';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { PdfPrinter } from '#adapters/pdf/pdf-printer';
import { Deeds } from '#desk/audit/deeds';
import { PlayedTimes } from '#desk/audit/played-times';
import { policyRules } from '#desk/call-up/policy-rules';
import type { DeskDeps } from '#desk/deps';
import { Looks } from '#desk/look-log';
import { WorkerPresence } from '#desk/worker-presence';
import { sha256Hex } from '#domain/canonical-json';
import type { Kind } from '#domain/kind';
import { because } from '#domain/reason';
import { manifestKey } from '#domain/vault/vault-key';
import { ArchiveFetchBack } from '#evict/fetch-back';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';
import type { NewRecording } from '#ports/ledger/recordings';
import { aDerivative, aDocking, anOriginal, aRecording, fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { clockWatchOf } from '#test/support/clock-watch';
import { quickDisposals } from '#test/support/disposal';
import { checkedCopies } from '#test/support/eviction/checked-copies';
import { temporaryDirectory } from '#test/support/evidock';
import { tellDerived, tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';
import { plainMarks } from '#test/support/media/plain-marks';
import { quickDoors } from '#test/support/people/doors';
import { quickSignIn } from '#test/support/people/sign-in';
import { accessBy, shippedPolicy } from '#test/support/policies';
import { openLedger } from '../../src/adapters/sqlite-ledger/ledger.ts';
import { someRetention } from './retention/parts.ts';

/** For a vault that nothing is evicted from. */
const NO_ROOM = { makeRoom: async () => 0 };

/** A sidecar of a recording: a track, unless told. */
export interface Sidecar {
  readonly cardPath: string;
  readonly content: Uint8Array;
  readonly kind?: Kind;
}

export interface ServedStation {
  readonly deps: DeskDeps;
  readonly ledger: Ledger;
  readonly directory: string;
  readonly clock: ReturnType<typeof fixedClock>;
  /** Sets the clock as root would, by so much (`clock.advance` lets time pass). What the watch finds is on record then. Returns the new time. */
  setClock(ms: number): Promise<number>;
  /**
   * A sealed recording of one original with a playable copy, its bytes on the disk. `playable`: bytes of the playable copy, where the test plays it. `sidecars`: what
   * travels with it.
   */
  addRecording(
    content: Uint8Array,
    overrides?: Partial<NewRecording>,
    playable?: Uint8Array,
    sidecars?: readonly Sidecar[],
  ): Promise<{ id: string; playable: Uint8Array; key: string }>;
  close(): Promise<void>;
}

/** What people do on record in this ledger. What the timers cannot write fails the test. */
export function onRecord(
  ledger: Ledger,
  clock: Clock,
  clockWatch: Pick<ClockWatch, 'state'> = clockWatchOf(ledger, clock),
): { looks: Looks; deeds: Deeds } {
  const failed = (error: unknown) => {
    throw error;
  };
  const named = { ledger, clock, clockWatch, stationId: STATION_ID, failed };
  return { looks: new Looks({ ...named, faultPoints: { reached: () => undefined } }), deeds: new Deeds(named) };
}

/** The real ledger and the real vault in a directory of the test's own, without docks and work. */
export async function servedStation(overrides: Partial<DeskDeps> = {}): Promise<ServedStation> {
  const home = await temporaryDirectory();
  const clock = fixedClock();
  const changes = liveChanges();
  const ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: STATION_ID, clock, onCommitted: changes.tell });
  const vault = new DiskVault({ directory: join(home.path, 'vault'), reserveBytes: 0, rereadThreads: 1 });
  await vault.open();
  const log = pino({ level: 'silent' });
  const faults = { reached: () => undefined };
  let setMs = 0;
  const clockWatch = clockWatchOf(ledger, clock, () => clock.nowMs() - setMs);
  const { looks, deeds } = onRecord(ledger, clock, clockWatch);
  const bell = liveGrantBell();
  const policy = shippedPolicy();
  const deps: DeskDeps = {
    ledger,
    looks,
    fetchBack: new ArchiveFetchBack({ ...{ ledger, vault, clock, log, faults }, archive: overrides.archive ?? null, room: NO_ROOM }),
    archived: checkedCopies({ ledger, vault, clock, log }, overrides.archive ?? null),
    evicting: null,
    deeds,
    played: new PlayedTimes(),
    marked: plainMarks(),
    upkeep: ledger.upkeep,
    vault,
    archive: null,
    bucket: null,
    board: new LiveSlotBoard({ nowMs: () => clock.nowMs() }),
    people: livePeopleChanges(),
    changes,
    clock,
    log,
    clockWatch,
    facts: {
      stationId: STATION_ID,
      stationName: 'Test station',
      timezone: 'Asia/Shanghai',
      version: '0.0.0-test',
      backupDirectory: join(home.path, 'backups'),
      ownDirectories: [join(home.path, 'vault')],
      archiveDerivatives: true,
      shipsLog: true,
      audit: { hours: '07:00-20:00', sampleSize: 20 },
      lateMs: 24 * 3_600_000,
      clockLimitSeconds: 300,
      suggest: { stationId: STATION_ID, marginMs: 600_000, accept: 'person' },
    },
    ingest: async () => 'dck-none',
    undock: async () => undefined,
    putFirst: () => true,
    learning: { learn: () => undefined, onSeen: () => () => undefined },
    workerDoor: async () => ({ address: '10.0.0.1:8471', certificateSha256: 'ab'.repeat(32) }),
    callUps: {
      rules: policyRules({ ledger, policy: () => policy, clock, timezone: 'Asia/Shanghai' }),
      ...{ time: clock, bell, ways: [], wake: () => undefined },
    },
    disposals: quickDisposals(join(home.path, 'vault')),
    retention: someRetention(),
    workersHeard: new WorkerPresence(),
    holds: { wake: () => undefined },
    scrub: {
      on: true,
      limits: { vaultMs: 90 * 86_400_000, archiveMs: 180 * 86_400_000, bytesPerSecond: 1e8, faultsMax: 3 },
      wake: () => undefined,
    },
    access: accessBy(policy, bell),
    doors: quickDoors(),
    signIn: quickSignIn({ clock }),
    pokeWork: () => undefined,
    tls: () => null,
    printer: new PdfPrinter(),
    machine: () => null,
    settings: ['id', 'name', 'timezone', 'state', 'watch', 'usb', 'hubs', 'unknown'].map((name) => ({
      ...{ path: `station.${name}`, value: STATION_ID, from: 'file' as const, environment: `EVIDOCK_STATION_${name.toUpperCase()}` },
    })),
    diagnose: async () => [{ name: 'node', ok: true, reason: because('node-version', { version: '24', sqlite: '3' }), remedy: null }],
    checkArchive: async () => because('none-configured', {}),
    checkQueue: async () => because('not-started', {}),
    ...overrides,
  };
  const docking = aDocking();
  let count = 0;
  return {
    deps,
    ledger,
    directory: home.path,
    clock,
    setClock: async (ms) => {
      setMs += ms;
      clock.advance(ms);
      clockWatch.state();
      await clockWatch.record();
      return clock.nowMs();
    },
    addRecording: async (content, more = {}, playable = Buffer.concat([Buffer.from('playable '), content]), sidecars = []) => {
      count += 1;
      const recording = aRecording({
        ...{ dockingId: docking.id, createdAtMs: START_MS + count, originalCount: 1 + sidecars.length },
        ...more,
      });
      const original = anOriginal(recording, { bytes: content.length });
      const files = [
        { original, bytes: content },
        ...sidecars.map(({ cardPath, content: bytes, kind = 'track' }, at) => ({
          original: anOriginal(recording, { index: at + 2, role: 'sidecar', kind, cardPath, bytes: bytes.length }),
          bytes,
        })),
      ];
      const derivative = aDerivative(recording.id, { bytes: playable.length, sha256: sha256Hex(playable) });
      const put = async (key: string, bytes: Uint8Array) => {
        const path = join(home.path, 'vault', key);
        await mkdir(join(path, '..'), { recursive: true });
        await writeFile(path, bytes);
      };
      const manifestOf = (id: string) => Buffer.from(`${JSON.stringify({ original: id })}\n`);
      for (const { original: each, bytes } of files) {
        await put(each.vaultKey, bytes);
        await put(manifestKey(recording.id, each.index), manifestOf(each.id));
      }
      await put(derivative.vaultKey, playable);
      await ledger.transaction(async (writer) => {
        // Written only here, so that the log of a test without recordings has only the test's own entries.
        if (!(await writer.dockings.get(docking.id))) await tellDocking(writer, docking);
        const listed = await tellListed(writer, { recording, originals: files.map((file) => file.original), atMs: START_MS });
        for (const [at, each] of listed.entries()) {
          const sha256 = sha256Hex(files[at]?.bytes ?? content);
          await tellSealed(writer, each, { sha256, manifestSha256: sha256Hex(manifestOf(each.id)), atMs: START_MS });
        }
        await tellDerived(writer, recording, { derivatives: [derivative], durationMs: 60_000, atMs: START_MS });
      });
      return { id: recording.id, playable, key: original.vaultKey };
    },
    close: async () => {
      await looks.close();
      await deeds.close();
      await vault.close();
      await ledger.close();
      await home.remove();
    },
  };
}

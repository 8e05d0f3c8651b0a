/*
 * Goal: the second copy is called one only when it was read back; a lie is told to custody; hours are kept, also when they end in the middle.
 * Method: the stage on the real ledger, vault and disk archive, in which one call is replaced as a test says.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk-archive';
import { EvidockError } from '#domain/errors';
import { hoursOf } from '#domain/hours';
import { workId } from '#domain/work';
import type { Archive } from '#ports/archive';
import { aDerivative, START_MS, someWork } from '#test/support/builders';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { ArchiveStage } from './archive-stage.ts';

let station: ServedStation;
let disk: DiskArchive;
let id: string;
const faults = { reached: () => undefined };

beforeEach(async () => {
  station = await servedStation();
  disk = new DiskArchive({
    directory: join(station.directory, 'archive'),
    limiter: { take: async () => undefined },
    faults,
    stationId: 'test',
  });
  await disk.open(false);
  ({ id } = await station.addRecording(randomBytes(10_000)));
  await station.ledger.transaction((writer) => writer.insertWork(someWork('archive', id)));
});

afterEach(async () => {
  await disk.close();
  await station.close();
});

/** Runs the work once, as the runner does; `replaced` are calls of the archive. */
async function run(replaced: Partial<Archive> = {}, hours = hoursOf('', 'UTC')): Promise<void> {
  const { ledger, clock } = station;
  const archive = new Proxy<Archive>(disk, {
    get: (target, name: keyof Archive) => {
      const own = replaced[name] ?? target[name];
      return typeof own === 'function' ? (own as (...args: unknown[]) => unknown).bind(target) : own;
    },
  });
  const { vault } = station.deps;
  const settings = { verify: 'readback', derivatives: true, hours } as const;
  const stage = new ArchiveStage({
    ledger,
    vault,
    archive,
    clock,
    log: pino({ level: 'silent' }),
    faults,
    onArchived: () => undefined,
    settings,
  });
  expect(await ledger.claimWork(workId('archive', id), 'test', clock.nowMs(), 60_000)).toBe(true);
  await stage.run(id, { later: false, signal: new AbortController().signal, onPercent: () => undefined });
}

const work = () => station.ledger.work(workId('archive', id));
const placesOfCopies = async () => (await station.ledger.copies(id)).map(({ where, verifiedBy }) => `${where} ${verifiedBy}`).sort();

describe('the archive stage', () => {
  it('puts original, manifest and derivatives there, reads them back, and says so in one custody entry', async () => {
    await run();
    expect(await placesOfCopies()).toEqual(['disk readback', 'disk readback', 'vault direct']);
    expect(await work()).toMatchObject({ state: 'done' });
    expect((await station.ledger.recording(id))?.state).toBe('archived');
    const entry = (await station.ledger.custodyOf(id)).at(-1);
    expect(entry).toMatchObject({ type: 'recording.archived', data: { archive: 'disk', verifiedBy: 'readback' } });
    expect(entry?.data['objects']).toHaveLength(3);
  });

  it('takes no accepted upload for a copy: an archive that lies is told to custody, and nothing counts', async () => {
    const verify: Archive['verify'] = async ({ key }) => {
      throw new EvidockError('archive.mismatch', `${key}: SHA-256 0 instead of 1`);
    };
    await expect(run({ verify })).rejects.toMatchObject({ code: 'archive.mismatch' });
    expect(await placesOfCopies()).toEqual(['vault direct']);
    expect((await station.ledger.recording(id))?.state).toBe('derived');
    const [original] = await station.ledger.originalsOf(id);
    const told = await station.ledger.custodyOf(original?.vaultKey ?? '');
    expect(told.map(({ type }) => type)).toEqual(['copy.failed-verification']);
  });

  it('waits outside its hours without counting a try', async () => {
    // The station's clock stands at START_MS; the window opens one hour later.
    const at = (ms: number) => new Date(ms).toISOString().slice(11, 16);
    await run({}, hoursOf(`${at(START_MS + 3_600_000)}-${at(START_MS + 7_200_000)}`, 'UTC'));
    const waiting = await work();
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 0, errorCode: null });
    expect(Math.abs((waiting?.dueAtMs ?? 0) - (START_MS + 3_600_000))).toBeLessThan(60_000);
    expect(await placesOfCopies()).toEqual(['vault direct']);
  });

  it('stops when its hours end in the middle, and goes on when they begin again', async () => {
    const begins = START_MS + 80_000_000;
    const closing = { isOpen: () => true, nextOpenMs: () => begins, nextCloseMs: (nowMs: number) => nowMs + 50 };
    const put: Archive['put'] = ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    await run({ put }, closing);
    expect(await work()).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: begins, errorCode: null });
  });

  it('is not done when something was made meanwhile that is not there yet', async () => {
    let made = false;
    const verify: Archive['verify'] = async (expected, options) => {
      if (!made) {
        made = true;
        await station.ledger.transaction((writer) => writer.upsertDerivative(aDerivative(id, { kind: 'poster' })));
      }
      return disk.verify(expected, options);
    };
    await run({ verify });
    expect(await work()).toMatchObject({ state: 'waiting' });
    expect((await station.ledger.recording(id))?.state).toBe('derived');
  });
});

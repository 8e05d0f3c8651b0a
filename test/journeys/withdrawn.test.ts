/*
 * Goal: a copy that the archive has lost is found, withdrawn and made again by itself, and a recorder that is to be wiped only when everything on it is
 * archived waits for that.
 * Method: the desk over a directory as recorder, the real archive stage over a real directory as archive, one object of which is removed behind its back.
 */

import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { noLocks } from '#adapters/disk/no-locks';
import { ArchiveRecords } from '#archive/archive-records';
import { ArchiveStage } from '#archive/archive-stage';
import { Verification } from '#desk/verify';
import { STATION } from '#domain/custody/actor';
import { CopyWithdrawn } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { because, english } from '#domain/reason';
import { hoursOf } from '#domain/time/hours';
import { workId } from '#domain/work';
import type { RecorderAccess } from '#ports/recorder-access';
import { cli } from '#test/support/custody';
import { claimed, TEST_WORKER } from '#test/support/ledger/claims';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { TokenBucket } from '../../src/adapters/token-bucket.ts';
import { LedgerClaims } from '../../src/station/ledger-claims.ts';
import { temporaryDirectory } from '../support/evidock.ts';
import { dockStation } from '../support/station/dock-station.ts';
import { writeCard } from '../support/station/intake-station.ts';

const WAIT = { timeout: 10_000, interval: 10 };
const name = (sequence: number) => `DCIM/20260620/DSJ0012345_041234_20260620${10 + sequence}0000_000${sequence}.MP4`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: Awaited<ReturnType<typeof dockStation>>;
let served: ServedStation;
let archive: DiskArchive;
const faults = { reached: () => undefined };

beforeEach(async () => {
  home = await temporaryDirectory();
  served = await servedStation();
  station = await dockStation(join(home.path, 's'), { wipe: 'after-archived' });
  const limiter = new TokenBucket({ bytesPerSecond: 0 });
  archive = new DiskArchive({ directory: join(home.path, 'archive'), limiter, faults, stationId: 'test' });
  await archive.open(false);
});

afterEach(async () => {
  await archive.close();
  await station.close();
  await served.close();
  await home.remove();
});

/** Does the archive's work for one recording, as the runner does, and tells the desk. */
async function archiveOne(id: string, tell = true): Promise<void> {
  const { ledger, parts } = station;
  const { clock } = parts;
  const nowMs = clock.nowMs();
  const work = { id: workId('archive', id), stage: 'archive', recordingId: id, priority: 5, dueAtMs: nowMs, nowMs } as const;
  await ledger.transaction(async (writer) => {
    const derive = workId('derive', id);
    if ((await writer.work.get(derive))?.state === 'waiting') await writer.work.finish(await claimed(writer, derive));
    await writer.work.insert(work);
  });
  const stage = new ArchiveStage({
    gate: new ArchiveRecords({
      ...{ ledger, clock, faults, settings: { stationId: 'test', timezone: 'UTC', derivatives: true } },
      lockWish: async () => null,
      onHealed: () => undefined,
      onArchived: (recordingId) => {
        if (tell) station.desk.archived(recordingId);
      },
    }),
    ...{
      claims: new LedgerClaims(ledger, TEST_WORKER),
      vault: parts.vault,
      archive,
      locks: noLocks(clock),
      clock,
      log: pino({ level: 'silent' }),
    },
    settings: { verify: 'readback', derivatives: true, hours: hoursOf('', 'UTC'), standstillMsMax: 1000 },
  });
  const claim = await ledger.transaction((writer) => claimed(writer, work.id));
  await stage.run(claim, {
    later: false,
    failedBefore: null,
    signal: new AbortController().signal,
    onPercent: () => undefined,
    onProgress: () => undefined,
  });
}

it('makes a lost copy again, and wipes the recorder only then', async () => {
  const card = join(home.path, 'card');
  await writeCard(card, { [name(1)]: randomBytes(3000), [name(2)]: randomBytes(4000), [name(3)]: randomBytes(5000) });
  const { ledger } = station;
  const key = station.plug(card);
  await station.until(1, ({ phase }) => phase === 'safe');
  const details = await ledger.recordings.list({ limit: 10 });
  const [first, ...others] = details.map(({ recording }) => recording.id);
  if (first === undefined) throw new Error('no recording');
  await archiveOne(first);
  expect((await ledger.recordings.get(first))?.state).toBe('archived');
  const lost = (await ledger.originals.ofRecording(first))[0]?.vaultKey ?? '';
  await rm(join(home.path, 'archive', lost));

  const deps = { ...served.deps, ledger, upkeep: ledger.upkeep, vault: station.parts.vault, archive, clock: station.parts.clock };
  const request = { recording: null, vault: false, archive: true, log: false };
  const faultsFound: string[] = [];
  for await (const line of new Verification({ deps, request, actor: cli('test'), signal: new AbortController().signal }).run())
    if (line.type === 'fault') faultsFound.push(english(line.reason));
  expect(faultsFound).toEqual([expect.stringContaining('does not hold')]);
  expect((await ledger.recordings.get(first))?.state).toBe('derived');

  // The last of the others to be archived is not the last of the card any more.
  for (const id of others) await archiveOne(id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await readdir(join(card, 'DCIM/20260620'))).toHaveLength(3);
  expect(station.dock.released).toEqual([]);

  await archiveOne(first);
  expect((await ledger.recordings.get(first))?.state).toBe('archived');
  expect((await archive.head({ key: lost }))?.bytes).toBeGreaterThan(0);
  await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
  expect(await readdir(join(card, 'DCIM/20260620'))).toEqual([]);
});

it('removes nothing whose copy was withdrawn after the card was looked through', async () => {
  const card = join(home.path, 'card');
  await writeCard(card, { [name(1)]: randomBytes(3000), [name(2)]: randomBytes(4000) });
  const { ledger } = station;
  const inner = new DirectoryAccess({ root: card, label: 'card' });
  let withdrawn = '';
  const access: RecorderAccess = {
    writable: (work) =>
      inner.writable((writer) =>
        work({
          remove: (path) => writer.remove(path),
          writeText: (path, text) => writer.writeText(path, text),
          sync: () => writer.sync(),
          stat: async (path) => {
            // A verification ends at the worst moment.
            if (withdrawn === '') {
              withdrawn = path;
              const details = await ledger.recordings.list({ limit: 10 });
              const original = details.flatMap(({ originals }) => originals).find(({ cardPath }) => cardPath === path);
              if (!original) throw new Error(path);
              await ledger.transaction(async (record) => {
                await record.recordings.withdrawCopy({ recordingId: original.recordingId, itemId: original.id, where: 'disk' });
                const objects = [{ item: original.id, key: original.vaultKey, what: because('no-copy', {}) }];
                const of = { atMs: 1, actor: STATION, subject: subject('recording', original.recordingId) };
                await record.custody.append(CopyWithdrawn.make({ ...of, data: { archive: 'disk' }, lists: { objects } }));
              });
            }
            return writer.stat(path);
          },
        }),
      ),
  };
  const key = station.plug(card, { access });
  await station.until(1, ({ phase }) => phase === 'safe');
  for (const { recording } of await ledger.recordings.list({ limit: 10 })) await archiveOne(recording.id);
  await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
  expect(await readdir(join(card, 'DCIM/20260620'))).toEqual([withdrawn.split('/').at(-1)]);
});

it('wipes a recorder by what the ledger says, where no word came of what another process archived', async () => {
  const card = join(home.path, 'card');
  await writeCard(card, { [name(1)]: randomBytes(3000), [name(2)]: randomBytes(4000) });
  const { ledger, desk } = station;
  const key = station.plug(card);
  await station.until(1, ({ phase }) => phase === 'safe');
  const [first, second] = (await ledger.recordings.list({ limit: 10 })).map(({ recording }) => recording.id) as [string, string];
  await archiveOne(first, false);
  desk.lookForArchived();
  // Word of what is not archived wipes nothing.
  desk.archived(second);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([station.dock.released, (await readdir(join(card, 'DCIM/20260620'))).length]).toEqual([[], 2]);
  await archiveOne(second, false);
  desk.lookForArchived();
  await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
  expect(await readdir(join(card, 'DCIM/20260620'))).toEqual([]);
});

/*
 * Goal: what is removed from a recorder is exactly what is sealed and proved, whatever happens in the midst; by default nothing is.
 * Method: the desk with its real stages over plain directories that are wiped for real; changed files at the worst moments (wipe-pulled.test.ts: yanks).
 */

import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { STATION } from '#domain/custody/actor';
import { CopyWithdrawn } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { START_MS } from '#test/support/builders';
import { about } from '#test/support/custody';
import { evictOriginal } from '#test/support/eviction/evicted-recording';
import { tellArchived } from '#test/support/ledger/told-ledger';
import { saying } from '#test/support/saying';
import { name, WAIT, WipedCard } from '../support/card/wiped-card.ts';
import { disturbedVolume, writeCard } from '../support/station/intake-station.ts';

/** 1,280 blocks: a sample takes one of each five, here always the first. */
const LARGE_BYTES = 5 * 1024 * 1024;
const FIRST_BLOCKS = () => 0;
/** In the third of five blocks in the middle of such a file. */
const MISSED = 502 * 4096 + 17;

const DAY_MS = 86_400_000;

let wiped: WipedCard;

beforeEach(async () => {
  wiped = await WipedCard.make();
});
afterEach(() => wiped.remove());

describe('wipe', () => {
  it('never happens by default', async () => {
    await wiped.open({});
    await wiped.plugAndWait();
    expect(await wiped.onCard()).toHaveLength(4);
    const docking = await wiped.station.docking(1);
    expect(await wiped.station.custody('wipe.begun', docking?.id ?? '')).toEqual([]);
  });

  it('after-sealed: removes every sealed file and no directory, begun and done on record, and tells people not to undock', async () => {
    await wiped.open({ wipe: 'after-sealed' });
    const phases = new Set<string>();
    const told: string[] = [];
    wiped.station.board.subscribe(({ phase }) => told.push(phase));
    wiped.station.plug(wiped.card, {
      access: wiped.disturbed((writer) => ({
        remove: (path) => {
          phases.add(wiped.station.slot(1)?.phase ?? '');
          return writer.remove(path);
        },
      })),
    });
    await expect.poll(() => wiped.station.dock.released, WAIT).toHaveLength(1);
    expect(await wiped.onCard()).toEqual([]);
    expect(await readdir(wiped.card, { recursive: true })).toEqual(expect.arrayContaining(['DCIM', 'DCIM/20260620']));
    expect([...phases]).toEqual(['wiping']);
    // Nobody was told that it is safe, and then not to undock it.
    await expect.poll(() => told.at(-1), WAIT).toBe('safe');
    expect(told.slice(0, -1)).not.toContain('safe');
    expect(wiped.station.slot(1)).toMatchObject({ phase: 'safe', problem: null });
    const docking = await wiped.station.docking(1);
    const begun = await wiped.station.custody('wipe.begun', docking?.id ?? '');
    const all = await wiped.originals();
    expect(begun.map(({ data }) => data)).toMatchObject([{ policy: 'after-sealed', files: 4 }]);
    expect([begun[0]?.data['originals']].flat().sort()).toEqual(all.map(({ id }) => id).sort());
    expect(await wiped.wipedPaths()).toEqual([name(1), name(2), name(3), 'note.xyz'].sort());
    for (const original of all) expect(await wiped.station.vault.stat(original.vaultKey)).toEqual({ bytes: original.bytes });
  });

  it('leaves what has changed or come after it was sealed, and what is no regular file any more', async () => {
    await wiped.open({ wipe: 'after-sealed' });
    wiped.station.plug(wiped.card, {
      access: wiped.disturbed((writer) => ({
        stat: async (path) => {
          if (path === name(1)) await appendFile(join(wiped.card, path), 'more');
          if (path === name(2)) await utimes(join(wiped.card, path), new Date(), new Date());
          if (path === name(3)) {
            await unlink(join(wiped.card, path));
            await mkdir(join(wiped.card, path));
            await writeFile(join(wiped.card, 'new.mp4'), 'new');
          }
          return writer.stat(path);
        },
      })),
    });
    await expect.poll(() => wiped.station.dock.released, WAIT).toHaveLength(1);
    expect(await wiped.onCard()).toEqual(
      [name(1), name(2)]
        .map((path) => path.split('/').at(-1))
        .concat('new.mp4')
        .sort(),
    );
    expect(await wiped.wipedPaths()).toEqual(['note.xyz']);
  });

  it('of what the vault has lost comes after it was taken once more', async () => {
    await wiped.open({ wipe: 'after-sealed' });
    const access = wiped.disturbed(() => ({}));
    const bytes = await readFile(join(wiped.card, name(2)));
    const first = wiped.station.plug(wiped.card, { access: null });
    const { warning } = await wiped.station.until(1, ({ phase, warning }) => phase === 'safe' && warning !== null);
    expect(warning).toMatchObject({ code: 'recorder.wipe-failed', reason: saying('nothing was removed') });
    const victim = (await wiped.originals()).find(({ cardPath }) => cardPath === name(2));
    await unlink(join(wiped.home.path, 's/vault', victim?.vaultKey ?? ''));
    wiped.station.dock.remove(first);
    await wiped.plugAndWait({ access });
    expect(await wiped.onCard()).toEqual([]);
    const again = (await wiped.originals()).find(({ cardPath, id }) => cardPath === name(2) && id !== victim?.id);
    expect(await readFile(join(wiped.home.path, 's/vault', again?.vaultKey ?? ''))).toEqual(bytes);
  });

  it('leaves the last good copy: what has rotted in the vault since it was verified stays on the recorder, and that is said', async () => {
    await writeCard(wiped.card, { [name(2)]: randomBytes(LARGE_BYTES) });
    await wiped.open({ wipe: 'after-sealed', random: FIRST_BLOCKS });
    const first = wiped.station.plug(wiped.card, { access: null });
    await wiped.station.until(1, ({ phase }) => phase === 'safe');
    const victim = (await wiped.originals()).find(({ cardPath }) => cardPath === name(2));
    const path = join(wiped.home.path, 's/vault', victim?.vaultKey ?? '');
    const kept = await readFile(path);
    await chmod(path, 0o600);
    await writeFile(path, kept.with(MISSED, (kept[MISSED] ?? 0) ^ 1));
    wiped.station.dock.remove(first);
    await wiped.plugAndWait();
    expect(await wiped.onCard()).toContain(name(2).split('/').at(-1));
    expect(wiped.station.slot(1)?.problem).toMatchObject({
      code: 'recorder.wipe-failed',
      reason: saying("the vault's copy is not what was sealed"),
    });
  });

  it('leaves what could not be read whole', async () => {
    await writeCard(wiped.card, { [name(2)]: randomBytes(8000) });
    await wiped.open({ wipe: 'after-sealed', gapBytesMax: 4096 });
    wiped.station.plug(wiped.card, {
      volume: disturbedVolume(wiped.card, (path, position, _target, bytes) => {
        if (path === name(2) && bytes > 0 && position + bytes > 4096)
          throw new EvidockError('recorder.read-failed', because('said', { text: path }), Object.assign(new Error('EIO'), { code: 'EIO' }));
      }),
    });
    await expect.poll(() => wiped.station.dock.released, { ...WAIT, timeout: 30_000 }).toHaveLength(1);
    expect((await wiped.originals()).find(({ cardPath }) => cardPath === name(2))?.gaps).toEqual([{ start: 4096, end: 8000 }]);
    expect(await wiped.onCard()).toEqual([name(2).split('/').at(-1)]);
  });

  it('takes other bytes of the same name, size and time as a file of their own, and removes them as such', async () => {
    await wiped.open({});
    const first = await wiped.plugAndWait();
    wiped.station.dock.remove(first);
    await wiped.station.close();
    const other = randomBytes(4000);
    await writeCard(wiped.card, { [name(2)]: other });
    await wiped.open({ wipe: 'after-sealed' });
    await wiped.plugAndWait();
    expect(await wiped.onCard()).toEqual([]);
    const digests = (await wiped.originals()).filter(({ cardPath }) => cardPath === name(2)).map(({ digests }) => digests?.sha256);
    expect(digests).toHaveLength(2);
    expect(digests).toContain(createHash('sha256').update(other).digest('hex'));
  });

  it('removes what was marked since it was sealed, and what another recorder left there, on the same proof', async () => {
    const other = name(4).replace('DSJ0012345', 'DSJ0099999');
    await writeCard(wiped.card, { [other]: randomBytes(600) });
    await wiped.open({ wipe: 'never' });
    const first = await wiped.plugAndWait();
    wiped.station.dock.remove(first);
    await wiped.station.close();
    await rename(join(wiped.card, name(1)), join(wiped.card, name(1).replace('.MP4', '_IMP.MP4')));
    await rename(join(wiped.card, name(2)), join(wiped.card, name(2).replace('.MP4', '_IMP.MP4')));
    // The same name, size and time, but other bytes: it is taken as a new file first.
    await writeCard(wiped.card, { [name(2).replace('.MP4', '_IMP.MP4')]: randomBytes(4000) });
    await wiped.open({ wipe: 'after-sealed' });
    await wiped.plugAndWait();
    expect(await wiped.onCard()).toEqual([]);
    expect(await wiped.wipedPaths()).toEqual(
      [name(1).replace('.MP4', '_IMP.MP4'), name(2).replace('.MP4', '_IMP.MP4'), name(3), other, 'note.xyz'].sort(),
    );
    expect((await wiped.originals()).filter(({ cardPath }) => cardPath.includes('0002')).length).toBe(2);
  });

  it('proves again, byte by byte, what an earlier docking read, and removes what only looked like it once that is sealed as well', async () => {
    const bytes = randomBytes(LARGE_BYTES);
    await writeCard(wiped.card, { [name(2)]: bytes });
    await wiped.open({});
    const first = await wiped.plugAndWait();
    wiped.station.dock.remove(first);
    await wiped.station.close();
    const other = bytes.with(MISSED, (bytes[MISSED] ?? 0) ^ 1);
    await writeCard(wiped.card, { [name(2)]: other });
    await wiped.open({ wipe: 'after-sealed', random: FIRST_BLOCKS });
    await wiped.plugAndWait();
    expect(await wiped.onCard()).toEqual([]);
    const [docking] = await wiped.station.ledger.dockings.list({ recorder: 'R1', limit: 1 });
    const told = (await wiped.station.ledger.custody.of(about(docking?.id ?? ''))).map(({ type }) => type);
    // Nothing was removed before the other file was sealed, and nothing that nobody had compared.
    expect(told.filter((type) => /^(docking\.(safe|unsafe)|wipe)/.test(type))).toEqual([
      ...['docking.safe', 'docking.unsafe', 'docking.safe', 'wipe.begun', 'wipe.finished'],
    ]);
    const digests = (await wiped.originals()).filter(({ cardPath }) => cardPath === name(2)).map(({ digests }) => digests?.sha256);
    expect(digests.sort()).toEqual([bytes, other].map((each) => createHash('sha256').update(each).digest('hex')).sort());
    expect(await wiped.wipedPaths()).toEqual([name(1), name(2), name(3), 'note.xyz'].sort());
  });

  it('leaves what it cannot read again, and says so', async () => {
    await wiped.open({});
    const first = await wiped.plugAndWait();
    wiped.station.dock.remove(first);
    await wiped.station.close();
    await wiped.open({ wipe: 'after-sealed' });
    const volume = disturbedVolume(wiped.card, (path) => {
      if (path === name(2))
        throw new EvidockError('recorder.read-failed', because('said', { text: path }), Object.assign(new Error('EIO'), { code: 'EIO' }));
    });
    await wiped.plugAndWait({ volume });
    expect(await wiped.onCard()).toEqual([name(2).split('/').at(-1)]);
    expect(wiped.station.slot(1)).toMatchObject({
      phase: 'safe',
      warning: { code: 'recorder.wipe-failed', reason: saying(/^1 sealed file stays, because it cannot be read/) },
    });
    const [docking] = await wiped.station.ledger.dockings.list({ recorder: 'R1', limit: 1 });
    expect((await wiped.station.custody('wipe.finished', docking?.id ?? ''))[0]?.data).toMatchObject({ files: 3, kept: 1 });
  });

  it('does not trust a recorder that is known only by its place', async () => {
    await writeCard(join(wiped.home.path, 'plain'), { 'a.mp4': 'x' });
    wiped.card = join(wiped.home.path, 'plain');
    await wiped.open({ wipe: 'after-sealed' });
    await wiped.plugAndWait({ serial: null });
    expect(await wiped.onCard()).toEqual(['a.mp4']);
  });

  it('that fails leaves the docking safe, and says why', async () => {
    await wiped.open({ wipe: 'after-sealed' });
    await wiped.plugAndWait({
      access: { writable: () => Promise.reject(new EvidockError('recorder.mount-failed', because('said', { text: 'write-protected' }))) },
    });
    expect(wiped.station.slot(1)).toMatchObject({
      phase: 'safe',
      problem: { code: 'recorder.wipe-failed', reason: saying('write-protected') },
    });
    expect(await wiped.station.docking(1)).toMatchObject({ state: 'safe', problem: null });
    expect(await wiped.onCard()).toHaveLength(4);
  });

  it('after-archived: waits for the last recording of the card, then removes, then lets the recorder go', async () => {
    await wiped.open({ wipe: 'after-archived' });
    const key = wiped.station.plug(wiped.card);
    await wiped.station.until(1, ({ phase }) => phase === 'safe');
    const details = await wiped.station.ledger.recordings.list({ limit: 100 });
    for (const [index, { recording, originals: parts }] of details.entries()) {
      expect(await wiped.onCard()).toHaveLength(4);
      expect(wiped.station.dock.released).toEqual([]);
      await wiped.station.ledger.transaction(async (writer) => {
        // One has no copy there in truth: it stays, whatever the recording's state says.
        if (index > 0) await tellArchived(writer, parts);
        await writer.recordings.update(recording.id, { state: 'archived' });
      });
      wiped.station.desk.archived(recording.id);
    }
    await expect.poll(() => wiped.station.dock.released, WAIT).toEqual([key]);
    expect(await wiped.onCard()).toEqual([details[0]?.originals[0]?.cardPath.split('/').at(-1)]);
  });

  describe('of what the vault gave up', () => {
    let archive: DiskArchive;
    let nowMs = START_MS + DAY_MS;
    let shows = true;

    /** Takes the card in, evicts everything, and docks it again with a wipe configured. */
    async function dockEvicted() {
      archive = new DiskArchive({
        ...{ directory: join(wiped.home.path, 'a'), limiter: { pieceBytes: 65_536, take: async () => undefined }, stationId: 'test1' },
        faults: { reached: () => undefined },
      });
      await archive.open(false);
      const head: DiskArchive['head'] = (object) => {
        if (!shows) throw new EvidockError('archive.unreachable', because('field', { field: 'away' }));
        return archive.head(object);
      };
      await wiped.open({ nowMs: () => nowMs });
      await wiped.plugAndWait();
      const vault = join(wiped.home.path, 's/vault');
      for (const original of await wiped.originals()) await evictOriginal({ ledger: wiped.station.ledger, vault, archive }, original);
      await wiped.station.close();
      await wiped.open({ wipe: 'after-sealed', nowMs: () => nowMs, archived: { name: 'disk', head } });
      await wiped.plugAndWait();
    }

    beforeEach(() => {
      nowMs = START_MS + DAY_MS;
      shows = true;
    });
    afterEach(() => archive.close());

    it('counts as safe while the archive has it by checks that eviction would take', async () => {
      await dockEvicted();
      expect(await wiped.onCard()).toEqual([]);
      expect(await wiped.wipedPaths()).toEqual([name(1), name(2), name(3), 'note.xyz'].sort());
      expect(wiped.station.slot(1)).toMatchObject({ phase: 'safe', problem: null, warning: null });
    });

    it.each([
      ['the last check is too old', 'evicted-unchecked', { days: 40, away: false }],
      ['the archive does not answer', 'evicted-not-shown', { days: 1, away: true }],
    ])('stays, and the slot says so, where %s', async (_, code, { days, away }) => {
      nowMs = START_MS + days * DAY_MS;
      shows = !away;
      await dockEvicted();
      expect(await wiped.onCard()).toHaveLength(4);
      expect(wiped.station.slot(1)?.warning).toMatchObject({ code: 'recorder.wipe-failed', reason: { code, params: { files: 4 } } });
    });

    it('stays where its object in the archive is gone or fewer copies are on record than are asked for', async () => {
      const spoilt: string[] = [];
      const spoil = async (original: Original) => {
        spoilt.push(original.cardPath);
        if (original.cardPath === name(1)) await rm(join(wiped.home.path, 'a', original.vaultKey));
        else
          await wiped.station.ledger.transaction(async (writer) => {
            const { id: item, recordingId, vaultKey: key } = original;
            await writer.recordings.withdrawCopy({ recordingId, itemId: item, where: 'disk' });
            const objects = [{ item, key, what: because('field', { field: 'x' }) }];
            const about = { atMs: nowMs, actor: STATION, subject: subject('recording', recordingId) };
            await writer.custody.append(CopyWithdrawn.make({ ...about, data: { archive: 'disk' }, lists: { objects } }));
          });
      };
      await dockEvicted();
      expect(await wiped.onCard()).toEqual([]);
      await writeCard(wiped.card, wiped.files);
      for (const original of await wiped.originals()) if ([name(1), name(2)].includes(original.cardPath)) await spoil(original);
      await wiped.plugAndWait();
      expect(spoilt).toHaveLength(2);
      expect(await wiped.onCard()).toEqual([name(1), name(2)].map((path) => path.split('/').at(-1)));
      const warning = wiped.station.slot(1)?.warning;
      expect(warning?.reason.code).toBe('several');
      expect(JSON.stringify(warning?.reason)).toMatch(/evicted-not-shown.*evicted-few-copies|evicted-few-copies.*evicted-not-shown/);
    });
  });
});

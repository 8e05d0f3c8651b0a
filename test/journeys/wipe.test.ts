/*
 * Goal: what is removed from a recorder is exactly what is sealed and proved, whatever happens in the midst; by default nothing is.
 * Method: the desk with its real stages over plain directories that are wiped for real; yanks and changed files at the worst moments.
 */
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, readdir, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DirectoryAccess } from '#adapters/directory-access';
import { EvidockError } from '#domain/errors';
import { DRIVERS } from '#drivers';
import type { RecorderAccess, RecorderWriter } from '#ports/recorder-access';
import { aCopy } from '#test/support/builders';
import { dockStation } from '../support/dock-station.ts';
import { temporaryDirectory } from '../support/evidock.ts';
import { disturbedVolume, writeCard } from '../support/intake-station.ts';

const HOUR_MS = 3600_000;
/** 1,280 blocks: a sample takes one of each five, here always the first. */
const LARGE_BYTES = 5 * 1024 * 1024;
const FIRST_BLOCKS = () => 0;
/** In the third of five blocks in the middle of such a file. */
const MISSED = 502 * 4096 + 17;
const WAIT = { timeout: 10_000, interval: 10 };
const name = (sequence: number) => `DCIM/20260620/DSJ0012345_041234_20260620${10 + sequence}0000_000${sequence}.MP4`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let station: Awaited<ReturnType<typeof dockStation>>;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  await writeCard(card, { [name(1)]: randomBytes(3000), [name(2)]: randomBytes(4000), [name(3)]: randomBytes(5000), 'note.xyz': 'text' });
});
afterEach(async () => {
  await station.close();
  await home.remove();
});

const open = async (options: Parameters<typeof dockStation>[1]) => {
  station = await dockStation(join(home.path, 's'), options);
  return station;
};
const onCard = async () =>
  (await readdir(card, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
/** Plugs the card in and waits until everything that is to be done on it is done. */
async function plugAndWait(overrides: Parameters<typeof station.plug>[1] = {}) {
  const key = station.plug(card, overrides);
  await expect.poll(() => station.dock.released, WAIT).toContain(key);
  return key;
}
const originals = async () => (await station.ledger.recordings({ limit: 100 })).flatMap((detail) => detail.originals);
const wipedPaths = async () => {
  const entries = await Promise.all((await originals()).map(({ id }) => station.custody('original.wiped', id)));
  return entries
    .flat()
    .map(({ data }) => String(data['cardPath']))
    .sort();
};
/** Access whose writer a test disturbs. */
function disturbed(change: (writer: RecorderWriter) => Partial<RecorderWriter>): RecorderAccess {
  const access = new DirectoryAccess({ root: card, label: 'card' });
  const plain = (writer: RecorderWriter): RecorderWriter => ({
    stat: (path) => writer.stat(path),
    remove: (path) => writer.remove(path),
    writeText: (path, text) => writer.writeText(path, text),
    sync: () => writer.sync(),
  });
  return { writable: (work) => access.writable((writer) => work({ ...plain(writer), ...change(writer) })) };
}

describe('wipe', () => {
  it('never happens by default', async () => {
    await open({});
    await plugAndWait();
    expect(await onCard()).toHaveLength(4);
    const docking = await station.docking(1);
    expect(await station.custody('wipe.begun', docking?.id ?? '')).toEqual([]);
  });

  it('after-sealed: removes every sealed file and no directory, begun and done on record, and tells people not to undock', async () => {
    await open({ wipe: 'after-sealed' });
    const phases = new Set<string>();
    const told: string[] = [];
    station.board.subscribe(({ phase }) => told.push(phase));
    station.plug(card, {
      access: disturbed((writer) => ({
        remove: (path) => {
          phases.add(station.slot(1)?.phase ?? '');
          return writer.remove(path);
        },
      })),
    });
    await expect.poll(() => station.dock.released, WAIT).toHaveLength(1);
    expect(await onCard()).toEqual([]);
    expect(await readdir(card, { recursive: true })).toEqual(expect.arrayContaining(['DCIM', 'DCIM/20260620']));
    expect([...phases]).toEqual(['wiping']);
    // Nobody was told that it is safe, and then not to undock it.
    await expect.poll(() => told.at(-1), WAIT).toBe('safe');
    expect(told.slice(0, -1)).not.toContain('safe');
    expect(station.slot(1)).toMatchObject({ phase: 'safe', problem: null });
    const docking = await station.docking(1);
    const begun = await station.custody('wipe.begun', docking?.id ?? '');
    const all = await originals();
    expect(begun.map(({ data }) => data)).toMatchObject([{ docking: docking?.id, policy: 'after-sealed', files: 4 }]);
    expect([begun[0]?.data['originals']].flat().sort()).toEqual(all.map(({ id }) => id).sort());
    expect(await wipedPaths()).toEqual([name(1), name(2), name(3), 'note.xyz'].sort());
    for (const original of all) expect(await station.vault.stat(original.vaultKey)).toEqual({ bytes: original.bytes });
  });

  it('leaves what has changed or come after it was sealed, and what is no regular file any more', async () => {
    await open({ wipe: 'after-sealed' });
    station.plug(card, {
      access: disturbed((writer) => ({
        stat: async (path) => {
          if (path === name(1)) await appendFile(join(card, path), 'more');
          if (path === name(2)) await utimes(join(card, path), new Date(), new Date());
          if (path === name(3)) {
            await unlink(join(card, path));
            await mkdir(join(card, path));
            await writeFile(join(card, 'new.mp4'), 'new');
          }
          return writer.stat(path);
        },
      })),
    });
    await expect.poll(() => station.dock.released, WAIT).toHaveLength(1);
    expect(await onCard()).toEqual(
      [name(1), name(2)]
        .map((path) => path.split('/').at(-1))
        .concat('new.mp4')
        .sort(),
    );
    expect(await wipedPaths()).toEqual(['note.xyz']);
  });

  it('of what the vault has lost comes after it was taken once more', async () => {
    await open({ wipe: 'after-sealed' });
    const access = disturbed(() => ({}));
    const bytes = await readFile(join(card, name(2)));
    const first = station.plug(card, { access: null });
    const { warning } = await station.until(1, ({ phase, warning }) => phase === 'safe' && warning !== null);
    expect(warning).toMatchObject({ code: 'recorder.wipe-failed', detail: expect.stringContaining('nothing was removed') });
    const victim = (await originals()).find(({ cardPath }) => cardPath === name(2));
    await unlink(join(home.path, 's/vault', victim?.vaultKey ?? ''));
    station.dock.remove(first);
    await plugAndWait({ access });
    expect(await onCard()).toEqual([]);
    const again = (await originals()).find(({ cardPath, id }) => cardPath === name(2) && id !== victim?.id);
    expect(await readFile(join(home.path, 's/vault', again?.vaultKey ?? ''))).toEqual(bytes);
  });

  it('leaves the last good copy: what has rotted in the vault since it was verified stays on the recorder, and that is said', async () => {
    await writeCard(card, { [name(2)]: randomBytes(LARGE_BYTES) });
    await open({ wipe: 'after-sealed', random: FIRST_BLOCKS });
    const first = station.plug(card, { access: null });
    await station.until(1, ({ phase }) => phase === 'safe');
    const victim = (await originals()).find(({ cardPath }) => cardPath === name(2));
    const path = join(home.path, 's/vault', victim?.vaultKey ?? '');
    const kept = await readFile(path);
    await chmod(path, 0o600);
    await writeFile(path, kept.with(MISSED, (kept[MISSED] ?? 0) ^ 1));
    station.dock.remove(first);
    await plugAndWait();
    expect(await onCard()).toContain(name(2).split('/').at(-1));
    expect(station.slot(1)?.problem).toMatchObject({ code: 'recorder.wipe-failed', detail: expect.stringContaining('vault.mismatch') });
  });

  it('leaves what could not be read whole', async () => {
    await writeCard(card, { [name(2)]: randomBytes(8000) });
    await open({ wipe: 'after-sealed', unreadableBytesMax: 4096 });
    station.plug(card, {
      volume: disturbedVolume(card, (path, position, _target, bytes) => {
        if (path === name(2) && bytes > 0 && position + bytes > 4096)
          throw new EvidockError('recorder.read-failed', path, Object.assign(new Error('EIO'), { code: 'EIO' }));
      }),
    });
    await expect.poll(() => station.dock.released, { ...WAIT, timeout: 30_000 }).toHaveLength(1);
    expect((await originals()).find(({ cardPath }) => cardPath === name(2))?.unreadable).toEqual([{ start: 4096, end: 8000 }]);
    expect(await onCard()).toEqual([name(2).split('/').at(-1)]);
  });

  it('takes other bytes of the same name, size and time as a file of their own, and removes them as such', async () => {
    await open({});
    const first = await plugAndWait();
    station.dock.remove(first);
    await station.close();
    const other = randomBytes(4000);
    await writeCard(card, { [name(2)]: other });
    await open({ wipe: 'after-sealed' });
    await plugAndWait();
    expect(await onCard()).toEqual([]);
    const digests = (await originals()).filter(({ cardPath }) => cardPath === name(2)).map(({ digests }) => digests?.sha256);
    expect(digests).toHaveLength(2);
    expect(digests).toContain(createHash('sha256').update(other).digest('hex'));
  });

  it('removes what was marked since it was sealed, and what another recorder left there, on the same proof', async () => {
    const other = name(4).replace('DSJ0012345', 'DSJ0099999');
    await writeCard(card, { [other]: randomBytes(600) });
    await open({ wipe: 'never' });
    const first = await plugAndWait();
    station.dock.remove(first);
    await station.close();
    await rename(join(card, name(1)), join(card, name(1).replace('.MP4', '_IMP.MP4')));
    await rename(join(card, name(2)), join(card, name(2).replace('.MP4', '_IMP.MP4')));
    // The same name, size and time, but other bytes: it is taken as a new file first.
    await writeCard(card, { [name(2).replace('.MP4', '_IMP.MP4')]: randomBytes(4000) });
    await open({ wipe: 'after-sealed' });
    await plugAndWait();
    expect(await onCard()).toEqual([]);
    expect(await wipedPaths()).toEqual(
      [name(1).replace('.MP4', '_IMP.MP4'), name(2).replace('.MP4', '_IMP.MP4'), name(3), other, 'note.xyz'].sort(),
    );
    expect((await originals()).filter(({ cardPath }) => cardPath.includes('0002')).length).toBe(2);
  });

  it('proves again, byte by byte, what an earlier docking read, and removes what only looked like it once that is sealed as well', async () => {
    const bytes = randomBytes(LARGE_BYTES);
    await writeCard(card, { [name(2)]: bytes });
    await open({});
    const first = await plugAndWait();
    station.dock.remove(first);
    await station.close();
    const other = bytes.with(MISSED, (bytes[MISSED] ?? 0) ^ 1);
    await writeCard(card, { [name(2)]: other });
    await open({ wipe: 'after-sealed', random: FIRST_BLOCKS });
    await plugAndWait();
    expect(await onCard()).toEqual([]);
    const [docking] = await station.ledger.dockings({ recorder: 'R1', limit: 1 });
    const told = (await station.ledger.custodyOf(docking?.id ?? '')).map(({ type }) => type);
    // Nothing was removed before the other file was sealed, and nothing that nobody had compared.
    expect(told.filter((type) => /^(docking\.(safe|unsafe)|wipe)/.test(type))).toEqual([
      ...['docking.safe', 'docking.unsafe', 'docking.safe', 'wipe.begun', 'wipe.finished'],
    ]);
    const digests = (await originals()).filter(({ cardPath }) => cardPath === name(2)).map(({ digests }) => digests?.sha256);
    expect(digests.sort()).toEqual([bytes, other].map((each) => createHash('sha256').update(each).digest('hex')).sort());
    expect(await wipedPaths()).toEqual([name(1), name(2), name(3), 'note.xyz'].sort());
  });

  it('leaves what it cannot read again, and says so', async () => {
    await open({});
    const first = await plugAndWait();
    station.dock.remove(first);
    await station.close();
    await open({ wipe: 'after-sealed' });
    const volume = disturbedVolume(card, (path) => {
      if (path === name(2)) throw new EvidockError('recorder.read-failed', path, Object.assign(new Error('EIO'), { code: 'EIO' }));
    });
    await plugAndWait({ volume });
    expect(await onCard()).toEqual([name(2).split('/').at(-1)]);
    expect(station.slot(1)).toMatchObject({
      phase: 'safe',
      warning: { code: 'recorder.wipe-failed', detail: expect.stringMatching(/^1 sealed file stays, because it cannot be read/) },
    });
    const [docking] = await station.ledger.dockings({ recorder: 'R1', limit: 1 });
    expect((await station.custody('wipe.finished', docking?.id ?? ''))[0]?.data).toMatchObject({ files: 3, kept: 1 });
  });

  it('does not trust a recorder that is known only by its place', async () => {
    await writeCard(join(home.path, 'plain'), { 'a.mp4': 'x' });
    card = join(home.path, 'plain');
    await open({ wipe: 'after-sealed' });
    await plugAndWait({ serial: null });
    expect(await onCard()).toEqual(['a.mp4']);
  });

  it('survives a yank in the middle: what is gone was announced, the next docking goes on with the rest', async () => {
    await open({ wipe: 'after-sealed' });
    let removals = 0;
    const key = station.plug(card, {
      access: disturbed((writer) => ({
        remove: async (path) => {
          removals += 1;
          if (removals === 4) {
            await rename(card, `${card}-pulled`);
            station.dock.remove(key);
            throw new EvidockError('recorder.removed', path);
          }
          await writer.remove(path);
        },
      })),
    });
    const view = await station.until(1, ({ phase }) => phase === 'removed');
    expect(view.problem).toMatchObject({ code: 'recorder.wipe-failed' });
    expect(await station.docking(1)).toMatchObject({ state: 'removed', safeAtMs: expect.any(Number), problem: null });
    // The first batch of two is on record; the third file is gone without an entry of its own, named by wipe.begun.
    expect(await wipedPaths()).toHaveLength(2);
    await rename(`${card}-pulled`, card);
    expect(await onCard()).toHaveLength(1);
    await plugAndWait();
    expect(await onCard()).toEqual([]);
    expect(await wipedPaths()).toHaveLength(3);
    expect(station.slot(1)).toMatchObject({ phase: 'safe', problem: null });
  });

  it('goes on with a card that its own yank left unclean, as often as that mark is found, and with no other unclean card', async () => {
    await open({ wipe: 'after-sealed' });
    const unclean = () => ({ access: null, unclean: { access: disturbed(() => ({})) } });
    const key = station.plug(card, {
      access: disturbed((writer) => ({
        remove: async (path) => {
          station.dock.remove(key);
          await writer.remove(path);
          throw new EvidockError('recorder.removed', path);
        },
      })),
    });
    await station.until(1, ({ phase }) => phase === 'removed');
    expect(await onCard()).toHaveLength(3);
    station.dock.remove(await plugAndWait(unclean()));
    expect(await onCard()).toEqual([]);
    // Linux does not take back a mark that it found: it is there at every later docking, until somebody checks the card.
    await writeCard(card, { [name(4)]: randomBytes(100) });
    station.dock.remove(await plugAndWait(unclean()));
    expect(await onCard()).toEqual([]);
    const dockings = await station.ledger.dockings({ recorder: 'R1', limit: 10 });
    const entries = (await Promise.all(dockings.map(({ id }) => station.ledger.custodyOf(id)))).reverse();
    expect(entries.map((each) => each.find(({ type }) => type === 'docking.arrived')?.data['unclean'])).toEqual([false, true, true]);
    expect(entries.map((each) => each.flatMap(({ type, data }) => (type === 'wipe.finished' ? [data] : [])))).toMatchObject([
      [],
      [{ recorder: 'R1', files: 3, kept: 0 }],
      [{ files: 1, kept: 0 }],
    ]);
    // Checked, wiped and unmounted as it should be: the next mark is the recorder's own.
    await writeCard(card, { [name(5)]: randomBytes(100) });
    station.dock.remove(await plugAndWait());
    await writeCard(card, { [name(6)]: randomBytes(100) });
    await plugAndWait(unclean());
    expect(await onCard()).toEqual([name(6).split('/').at(-1)]);
    expect(station.slot(1)).toMatchObject({
      phase: 'safe',
      warning: { code: 'recorder.wipe-failed', detail: expect.stringContaining('not cleanly unmounted, and not by the station') },
    });
  });

  it('goes on with a card that a yank left unclean while its clock file was written, and writes no other file to it', async () => {
    const drivers = DRIVERS.map((driver) => ({
      ...driver,
      clockFile: { path: 'TIME.TXT', text: (claimed: string) => `SET ${claimed}\r\n` },
    }));
    const off = { clockOffsetMs: -HOUR_MS };
    await open({ wipe: 'after-sealed', setClock: true, drivers });
    const key = station.plug(card, {
      ...off,
      access: disturbed(() => ({
        writeText: async (path) => {
          station.dock.remove(key);
          throw new EvidockError('recorder.removed', path);
        },
      })),
    });
    await station.until(1, ({ phase }) => phase === 'removed');
    const unclean = { access: null, unclean: { access: disturbed(() => ({})) } };
    station.dock.remove(await plugAndWait({ ...off, ...unclean }));
    expect(await onCard()).toEqual([]);
    const dockings = await station.ledger.dockings({ recorder: 'R1', limit: 10 });
    const told = await Promise.all(dockings.map(({ id }) => station.ledger.custodyOf(id)));
    const writes = told.map((each) => each.filter(({ type }) => /clock|wipe/.test(type)).map(({ type }) => type));
    expect(writes.reverse()).toEqual([
      ['recorder.clock-setting', 'recorder.clock-unsure'],
      ['wipe.begun', 'wipe.finished'],
    ]);
    expect(told.flat().find(({ type }) => type === 'recorder.clock-unsure')?.data).toMatchObject({
      ...{ recorder: 'R1', how: 'file', offsetMs: -HOUR_MS, why: expect.stringContaining('recorder.removed') },
    });
  });

  it('leaves a clock alone whose setting cannot be put on record', async () => {
    const drivers = DRIVERS.map((driver) => ({ ...driver, clockFile: { path: 'TIME.TXT', text: (claimed: string) => claimed } }));
    await open({ setClock: true, drivers });
    const { transaction } = station.ledger;
    vi.spyOn(station.ledger, 'transaction').mockImplementation((body) =>
      transaction.call(station.ledger, (writer) => {
        const appendCustody: typeof writer.appendCustody = (draft) =>
          draft.type === 'recorder.clock-setting'
            ? Promise.reject(new EvidockError('ledger.failed', 'disk I/O error'))
            : writer.appendCustody(draft);
        return body(
          new Proxy(writer, { get: (target, name) => (name === 'appendCustody' ? appendCustody : Reflect.get(target, name).bind(target)) }),
        );
      }),
    );
    await plugAndWait({ clockOffsetMs: -HOUR_MS });
    expect(await onCard()).not.toContain('TIME.TXT');
    expect(station.slot(1)).toMatchObject({ phase: 'safe' });
  });

  it('that fails leaves the docking safe, and says why', async () => {
    await open({ wipe: 'after-sealed' });
    await plugAndWait({
      access: { writable: () => Promise.reject(new EvidockError('recorder.mount-failed', 'write-protected')) },
    });
    expect(station.slot(1)).toMatchObject({
      phase: 'safe',
      problem: { code: 'recorder.wipe-failed', detail: expect.stringContaining('write-protected') },
    });
    expect(await station.docking(1)).toMatchObject({ state: 'safe', problem: null });
    expect(await onCard()).toHaveLength(4);
  });

  it('after-archived: waits for the last recording of the card, then removes, then lets the recorder go', async () => {
    await open({ wipe: 'after-archived' });
    const key = station.plug(card);
    await station.until(1, ({ phase }) => phase === 'safe');
    const details = await station.ledger.recordings({ limit: 100 });
    for (const [index, { recording, originals: parts }] of details.entries()) {
      expect(await onCard()).toHaveLength(4);
      expect(station.dock.released).toEqual([]);
      await station.ledger.transaction(async (writer) => {
        // One has no copy there in truth: it stays, whatever the recording's state says.
        if (index > 0) for (const part of parts) await writer.upsertCopy(aCopy(part, { where: 'disk', verifiedBy: 'readback' }));
        await writer.updateRecording(recording.id, { state: 'archived' });
      });
      station.desk.archived(recording.id);
    }
    await expect.poll(() => station.dock.released, WAIT).toEqual([key]);
    expect(await onCard()).toEqual([details[0]?.originals[0]?.cardPath.split('/').at(-1)]);
  });
});

/*
 * Goal: a station is called ready only if footage could be taken in at that moment. Method: the real API over the real vault and ledger, on file systems
 * that are full, out of inodes, read-only, or closed to the station's user.
 */

import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskVault } from '#adapters/disk/disk-vault';
import type { Readiness } from '#desk/readiness';
import { buildServer } from '#serve/server';
import { openTo } from '#test/support/principals';
import { saying } from '#test/support/saying';
import { openLedger } from '../../src/adapters/sqlite-ledger/ledger.ts';
import { STATION_ID } from '../support/builders.ts';
import { temporaryDirectory } from '../support/evidock.ts';
import { servedStation } from '../support/served-station.ts';

/** A user of no rights: root may write where nobody else may, so it could not see a missing permission. */
const NOBODY = 65_534;
const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
});

async function place(name: string, mountOptions: string | null): Promise<string> {
  const home = await temporaryDirectory();
  undo.push(() => home.remove());
  // Whoever the station runs as may pass through: only the vault itself is closed to it.
  await chmod(home.path, 0o755);
  const directory = join(home.path, name);
  await mkdir(directory);
  if (mountOptions !== null) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', mountOptions, 'tmpfs', directory]);
    undo.push(() => execFileSync('umount', ['-l', directory]));
  }
  return directory;
}

async function readinessOf(
  vaultDirectory: string,
  spoil: () => Promise<unknown> | unknown,
  reserveBytes = 0,
): Promise<[number, Readiness]> {
  const vault = new DiskVault({ directory: vaultDirectory, reserveBytes, rereadThreads: 1 });
  await vault.open();
  const station = await servedStation({ vault });
  const app = buildServer({ deps: station.deps, way: 'network', ...openTo() });
  const ask = async (): Promise<[number, Readiness]> => {
    const answer = await app.inject({ url: '/api/v1/ready', headers: { host: 'localhost' } });
    return [answer.statusCode, answer.json()];
  };
  try {
    expect((await ask())[1].status).toBe('ready');
    await spoil();
    return await ask();
  } finally {
    process.seteuid?.(0);
    await app.close();
    await station.close();
  }
}

const fill = (directory: string) => () => {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${join(directory, 'filler')}`, 'bs=64k'], { stdio: 'ignore' });
  } catch {
    // That dd ends with "no space left" is what it is run for.
  }
};

describe('a station is not ready', () => {
  it('when the disk of the vault is full', async () => {
    const directory = await place('full', 'size=1m');
    const [status, { checks }] = await readinessOf(directory, fill(directory));
    expect([status, checks.vault]).toMatchObject([503, { ok: false, code: 'vault.full' }]);
  });

  it('when only the reserve is left', async () => {
    const directory = await place('reserve', 'size=4m');
    const [status, { checks }] = await readinessOf(
      directory,
      () => writeFile(join(directory, 'footage'), Buffer.alloc(2 * 1024 * 1024)),
      2 ** 21,
    );
    expect([status, checks.vault]).toMatchObject([503, { ok: false, code: 'vault.full', reason: saying('reserve') }]);
  });

  it('when no inode is left, though there is space', async () => {
    const directory = await place('inodes', 'size=8m,nr_inodes=20');
    const [status, { checks }] = await readinessOf(directory, async () => {
      for (let n = 0; (await readdir(directory)).length < 19; n += 1) await writeFile(join(directory, `f${n}`), '').catch(() => (n = 100));
    });
    expect([status, checks.vault]).toMatchObject([503, { ok: false, code: 'vault.full', reason: saying('ENOSPC') }]);
  });

  it('when the vault is mounted read-only', async () => {
    const directory = await place('read-only', 'size=1m');
    const [status, { checks }] = await readinessOf(directory, () => execFileSync('mount', ['-o', 'remount,ro', directory]));
    expect([status, checks.vault]).toMatchObject([503, { ok: false, code: 'vault.read-only', reason: saying('EROFS') }]);
  });

  it.each([0o000, 0o500])('when its user may not write to the vault: mode %o', async (mode) => {
    const directory = await place('closed', null);
    const [status, { checks }] = await readinessOf(directory, async () => {
      await chown(directory, NOBODY, NOBODY);
      await chmod(directory, mode);
      process.seteuid?.(NOBODY);
    });
    expect([status, checks.vault]).toMatchObject([503, { ok: false, code: 'vault.read-only', reason: saying('EACCES') }]);
  });

  it('when the disk of the ledger is full', async () => {
    const directory = await place('ledger', 'size=4m');
    const ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: STATION_ID });
    await ledger.upkeep.probe();
    fill(directory)();
    await expect(ledger.upkeep.probe()).rejects.toMatchObject({ code: 'ledger.failed', detail: expect.stringContaining('ENOSPC') });
    await ledger.close();
  });
});

describe('verify', () => {
  it('names the directory of the vault that it could not read', async () => {
    const station = await servedStation();
    undo.push(() => station.close());
    await station.addRecording(Buffer.from('one'));
    const year = join(station.directory, 'vault', '2026');
    await chown(year, NOBODY, NOBODY);
    await chmod(year, 0o000);
    await chmod(join(station.directory, 'vault'), 0o755);
    await chmod(station.directory, 0o755);
    const keys: string[] = [];
    process.seteuid?.(NOBODY);
    try {
      for await (const { key } of station.deps.vault.list('')) keys.push(key);
      expect.unreachable('it was listed');
    } catch (error) {
      expect(error).toMatchObject({ code: 'vault.read-failed', detail: '2026 (EACCES)' });
    } finally {
      process.seteuid?.(0);
      await chmod(year, 0o755);
    }
  });
});

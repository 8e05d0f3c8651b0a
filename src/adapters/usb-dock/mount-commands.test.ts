import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { PlainMounter } from './mount-commands.ts';

/*
 * Goal: what is mounted is read-only down to the block device, a dirty file system is left dirty, and names cannot lead anywhere else.
 * Method: ext4 images on loop devices of this host (vfat, exfat and real USB disks exist in the lab only).
 */
const root = process.getuid?.() === 0;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

describe.skipIf(!root)('mounting', () => {
  let directory: string;
  let image: string;
  let loop: string;
  let mounter: PlainMounter;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'evidock-mount-'));
    image = join(directory, 'card.img');
    run('truncate', '-s', '8M', image);
    // Without checksums, so that a test may change a byte of the superblock.
    run('mke2fs', '-q', '-t', 'ext4', '-O', '^metadata_csum', '-L', 'BODYCAM', image);
    loop = run('losetup', '--show', '-f', image);
    const owner = { uid: 0, gid: 0 };
    mounter = new PlainMounter({
      directory: join(directory, 'mounts'),
      owner,
      sys: '/sys',
      dev: '/dev',
      mayWrite: () => true,
      usbOnly: false,
    });
  });

  afterEach(async () => {
    await mounter.unmountAll();
    run('losetup', '-d', loop);
    rmSync(directory, { recursive: true });
  });

  const mount = () => mounter.mount({ device: loop.replace('/dev/', ''), utcOffsetMinutes: 480 });

  it('is read-only in the file system and in the kernel, and gone after unmount', async () => {
    const mounted = await mount();
    expect(mounted).toMatchObject({ fileSystem: 'ext4', readOnly: true, dirty: false, label: 'BODYCAM' });
    expect(() => writeFileSync(join(mounted.path, 'x'), 'x')).toThrow(/EROFS/);
    expect(run('blockdev', '--getro', loop)).toBe('1');
    expect(run('findmnt', '-no', 'OPTIONS', mounted.path)).toMatch(/ro,nosuid,nodev,noexec/);
    await mounter.unmount(mounted.path);
    expect(readdirSync(join(directory, 'mounts'))).toEqual([]);
  });

  it.each([
    ['tune2fs', '-e', 'panic'],
    ['tune2fs', '-E', 'mount_opts=errors=panic'],
  ])('panics for no card that asks for it: %s %s %s', async (...tune) => {
    run(tune[0] ?? '', ...tune.slice(1), image);
    const mounted = await mount();
    const errors = () => run('findmnt', '-no', 'FS-OPTIONS', mounted.path);
    // The kernel shows what differs from the card's own default.
    if (tune[1] === '-e') expect(errors()).toContain('errors=continue');
    expect(errors()).not.toContain('panic');
    await mounter.remount(mounted.path, 'rw');
    expect(errors()).not.toContain('panic');
    await mounter.remount(mounted.path, 'ro');
    expect(errors()).not.toContain('panic');
  });

  it('leaves a disk alone that this machine uses, before anything is done to it', async () => {
    const elsewhere = join(directory, 'elsewhere');
    mkdirSync(elsewhere);
    // A loop device may still be read-only from its last use.
    run('blockdev', '--setrw', loop);
    run('mount', loop, elsewhere);
    await expect(mount()).rejects.toThrow(/in use by this machine/);
    writeFileSync(join(elsewhere, 'still-writable'), 'x');
    expect(run('blockdev', '--getro', loop)).toBe('0');
    run('umount', elsewhere);
    await mounter.unmount((await mount()).path);
  });

  it('makes nothing writable where nothing is ever written to recorders', async () => {
    const place = { directory: join(directory, 'mounts'), owner: { uid: 0, gid: 0 }, sys: '/sys', dev: '/dev', usbOnly: false };
    const reading = new PlainMounter({ ...place, mayWrite: () => false });
    const { path } = await reading.mount({ device: loop.replace('/dev/', ''), utcOffsetMinutes: 480 });
    await expect(reading.remount(path, 'rw')).rejects.toThrow(/neither wiping/);
    await expect(reading.remount(path, 'rw-unclean')).rejects.toThrow(/neither wiping/);
    expect(run('blockdev', '--getro', loop)).toBe('1');
    await reading.remount(path, 'ro');
  });

  it('becomes writable and read-only again, and what was written is there', async () => {
    const mounted = await mount();
    await mounter.remount(mounted.path, 'rw');
    writeFileSync(join(mounted.path, 'clock.txt'), '20190627153012');
    await mounter.remount(mounted.path, 'ro');
    expect(() => writeFileSync(join(mounted.path, 'x'), 'x')).toThrow(/EROFS/);
    expect(run('blockdev', '--getro', loop)).toBe('1');
    await mounter.unmount(mounted.path);
    const again = await mount();
    expect(readFileSync(join(again.path, 'clock.txt'), 'utf8')).toBe('20190627153012');
    expect(again.dirty).toBe(false);
  });

  it('is writable too for a service that has a mount namespace of its own', async () => {
    mkdirSync(join(directory, 'mounts'));
    run('mount', '--bind', join(directory, 'mounts'), join(directory, 'mounts'));
    run('mount', '--make-shared', join(directory, 'mounts'));
    const mounted = await mount();
    // As systemd does for a sandboxed unit: a namespace of its own, to which mounts of the machine come, and none goes back.
    const args = [
      '--mount',
      '--propagation',
      'slave',
      'sh',
      '-c',
      'read -r _; echo written >"$1/x"; read -r _; echo again >"$1/y"; read -r _; echo late >"$1/z"',
    ];
    const service = spawn('unshare', [...args, 'service', mounted.path], { stdio: ['pipe', 'ignore', 'ignore'] });
    const step = async () => {
      service.stdin.write('\n');
      await sleep(200);
    };
    await sleep(200);
    await mounter.remount(mounted.path, 'rw');
    await step();
    await mounter.remount(mounted.path, 'ro');
    await step();
    await mounter.remount(mounted.path, 'rw');
    await step();
    const names = readdirSync(mounted.path).filter((name) => name !== 'lost+found');
    await mounter.remount(mounted.path, 'ro');
    service.kill('SIGKILL');
    expect(names).toEqual(['x', 'z']);
    await mounter.unmount(mounted.path);
    expect(readdirSync(join(directory, 'mounts'))).toEqual([]);
    run('umount', join(directory, 'mounts'));
  });

  it('reads a file system that was not cleanly unmounted, without a change to it, and never makes it writable', async () => {
    // s_state: not clean.
    writeSync(openSync(image, 'r+'), Buffer.from([0, 0]), 0, 2, 1024 + 0x3a);
    const before = run('sha256sum', image);
    const mounted = await mount();
    expect(mounted.dirty).toBe(true);
    await expect(mounter.remount(mounted.path, 'rw')).rejects.toThrow(/not cleanly unmounted/);
    // Not even `rw-unclean`: Linux would replay the journal of this file system.
    await expect(mounter.remount(mounted.path, 'rw-unclean')).rejects.toThrow(/not cleanly unmounted/);
    await mounter.unmount(mounted.path);
    expect(run('sha256sum', image)).toBe(before);
  });

  it('says what cannot be mounted, and leaves no directory behind', async () => {
    writeSync(openSync(image, 'r+'), Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    await expect(mount()).rejects.toThrow(/no file system that is known/);
    expect(readdirSync(directory)).toEqual(['card.img']);
  });

  it('unmounts while a file is open, and what an earlier process left', async () => {
    const mounted = await mount();
    const handle = openSync(mounted.path, 'r');
    expect(handle).toBeGreaterThan(0);
    const later = new PlainMounter({
      directory: join(directory, 'mounts'),
      owner: { uid: 0, gid: 0 },
      sys: '/sys',
      dev: '/dev',
      mayWrite: () => true,
    });
    expect(await later.unmountAll()).toBe(1);
    expect(readdirSync(join(directory, 'mounts'))).toEqual([]);
    expect(await later.unmountAll()).toBe(0);
  });

  it.each(['../etc', 'sda;reboot', 'vda1', 'sda1/..', ''])('refuses the name %j', async (device) => {
    const strict = new PlainMounter({ directory, owner: { uid: 0, gid: 0 }, sys: '/sys', dev: '/dev', mayWrite: () => true });
    await expect(strict.mount({ device, utcOffsetMinutes: 0 })).rejects.toThrow(EvidockError);
    await expect(strict.unmount(`/${device}`)).rejects.toThrow(/no mount of the station/);
    await expect(strict.powerOff(device)).rejects.toThrow(/no USB port/);
  });
});

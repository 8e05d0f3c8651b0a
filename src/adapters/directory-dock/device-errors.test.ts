import { mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { homeForEach } from '#test/support/station/home-for-each';
import { deviceErrorsBelow } from './device-errors.ts';

/* Goal: the count is the one of the disk below a place, and its end is seen. Method: a tree like the kernel's, for the device on which the tests lie. */

let home: string;
homeForEach((path) => {
  home = path;
});

async function sysWith(sys: string, { partition, counted }: { partition: boolean; counted: boolean }) {
  const { dev } = await stat(home);
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  const device = join(sys, 'devices/host0/0:0:0:0');
  const disk = join(device, 'block/sda');
  await mkdir(join(disk, 'sda1'), { recursive: true });
  await mkdir(join(sys, 'dev/block'), { recursive: true });
  await symlink('../..', join(disk, 'device'));
  if (partition) await writeFile(join(disk, 'sda1/partition'), '1\n');
  await symlink(partition ? join(disk, 'sda1') : disk, join(sys, 'dev/block', `${major}:${minor}`));
  if (counted) {
    await writeFile(join(device, 'ioerr_cnt'), '0x2\n');
    await writeFile(join(device, 'state'), 'running\n');
    await writeFile(join(disk, 'size'), '1000\n');
    await writeFile(join(disk, 'diskseq'), '7\n');
  }
  return device;
}

it.each([true, false])('counts for a disk or its partition (%s), until the device is gone or given up', async (partition) => {
  const sys = join(home, 'sys');
  const device = await sysWith(sys, { partition, counted: true });
  const errors = await deviceErrorsBelow(home, sys);
  expect(await errors?.mark()).toBe('0x2 1000 7');
  await writeFile(join(device, 'ioerr_cnt'), '0x3\n');
  expect(await errors?.mark()).toBe('0x3 1000 7');
  await writeFile(join(device, 'block/sda/size'), '0\n');
  expect(await errors?.mark()).toBeNull();
  await writeFile(join(device, 'block/sda/size'), '1000\n');
  await writeFile(join(device, 'state'), 'offline\n');
  expect(await errors?.mark()).toBeNull();
  await rm(device, { recursive: true });
  expect(await errors?.mark()).toBeNull();
});

it('does not exist where nobody counts', async () => {
  expect(await deviceErrorsBelow(home, join(home, 'empty'))).toBeNull();
  await sysWith(join(home, 'sys'), { partition: false, counted: false });
  expect(await deviceErrorsBelow(home, join(home, 'sys'))).toBeNull();
});

it('takes a place on a device that is gone for one that has left', async () => {
  await mkdir(join(home, 'sys/dev/block'), { recursive: true });
  const errors = await deviceErrorsBelow(home, join(home, 'sys'));
  expect(await errors?.mark()).toBeNull();
  expect(errors).not.toBeNull();
});

/*
 * Goal: the mount helper does what the station asks for with devices that udev tagged, and nothing else whoever asks for what.
 * Method: the real helper as a process of its own, with a /sys, /dev and udev database made for the test in which `sdz` is a loop device
 * of this host with ext4. Real USB devices, groups and systemd's socket are the lab's (scenario install).
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';
import { saying } from '#test/support/saying';
import { HelperMounter } from './helper-mounter.ts';

const root = process.getuid?.() === 0;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

describe.skipIf(!root)('mount helper', () => {
  let home: string;
  let loop: string;
  let number: string;
  let helper: ChildProcess;
  let log = '';
  let client: HelperMounter;
  const at = (...parts: string[]) => join(home, ...parts);
  const mounts = () => (existsSync(at('mnt')) ? readdirSync(at('mnt')) : []);
  const tag = (record: string, lines: string) => writeFileSync(at('udev', record), lines);
  const mount = (device = 'sdz') => client.mount({ device, utcOffsetMinutes: 480 });

  /** Sends bytes as they are, returns what comes back until the helper closes. */
  function say(bytes: string | Buffer, options: { halfClose?: boolean } = {}): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      const socket = connect(at('sock'));
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      // The helper may be done with us before we are.
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
      socket.write(bytes);
      if (options.halfClose) socket.end();
    });
  }

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'evd-helper-'));
    run('truncate', '-s', '8M', at('card.img'));
    run('mke2fs', '-q', '-t', 'ext4', '-L', 'BODYCAM', at('card.img'));
    loop = run('losetup', '--show', '-f', at('card.img'));
    const real = `/sys/class/block/${loop.slice('/dev/'.length)}`;
    number = readFileSync(join(real, 'dev'), 'utf8').trim();
    for (const name of ['dev', 'udev', 'sys/class/block', 'sys/bus/usb/devices']) mkdirSync(at(name), { recursive: true });
    // sdz hangs on a USB port, sdy is the same disk elsewhere.
    for (const [name, parent] of [
      ['sdz', 'sys/devices/usb1/1-1'],
      ['sdy', 'sys/devices/ata1'],
    ] as const) {
      mkdirSync(at(parent, name, 'holders'), { recursive: true });
      writeFileSync(at(parent, name, 'dev'), `${number}\n`);
      symlinkSync(`../../${parent.slice('sys/'.length)}/${name}`, at('sys/class/block', name));
      run('mknod', at('dev', name), 'b', ...number.split(':'));
    }
    symlinkSync('../../../devices/usb1/1-1', at('sys/bus/usb/devices/1-1'));
    const files = { busnum: '1', devnum: '7', authorized: '1' };
    for (const [name, text] of Object.entries(files)) writeFileSync(at('sys/devices/usb1/1-1', name), text);
    writeFileSync(at('station.yaml'), 'dock:\n  wipe: after-sealed\n');
    const world = ['sys', 'dev', 'udev'].flatMap((name) => [`--${name}`, at(name)]);
    const args = [
      join(ROOT, 'src/mount-helper.ts'),
      '--owner',
      'nobody',
      '--socket',
      at('sock'),
      '--directory',
      at('mnt'),
      '--config',
      at('station.yaml'),
      ...world,
    ];
    helper = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
    helper.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const end = Date.now() + 20_000;
    while (!log.includes('helper.started') && Date.now() < end) await sleep(20);
    client = new HelperMounter({ socketPath: at('sock') });
  });

  beforeEach(() => {
    for (const name of readdirSync(at('udev'))) rmSync(at('udev', name));
  });

  afterAll(async () => {
    await client.unmountAll();
    const ended = new Promise((resolve) => helper.once('exit', resolve));
    helper.kill('SIGTERM');
    expect(await ended, log).toBe(0);
    run('losetup', '-d', loop);
    rmSync(home, { recursive: true });
  });

  it('mounts what is tagged, makes it writable and back, unmounts it', async () => {
    tag(`b${number}`, 'S:disk/by-id/x\nG:systemd\nG:evidock\nQ:systemd\nQ:evidock\nV:1\n');
    const mounted = await mount();
    expect(mounted).toMatchObject({ fileSystem: 'ext4', readOnly: true, dirty: false, label: 'BODYCAM' });
    expect(run('findmnt', '-no', 'OPTIONS', mounted.path)).toMatch(/^ro,nosuid,nodev,noexec/);
    await client.remount(mounted.path, 'rw');
    writeFileSync(join(mounted.path, 'x'), 'x');
    await client.remount(mounted.path, 'ro');
    expect(() => writeFileSync(join(mounted.path, 'y'), 'y')).toThrow(/EROFS/);
    await client.unmount(mounted.path);
    expect(mounts()).toEqual([]);
  });

  it.each([
    ['is written to by nothing that is configured', 'dock:\n  wipe: never\n'],
    ['is asked for with a configuration that cannot be read', 'dock: ['],
  ])('makes nothing writable that %s', async (_, text) => {
    tag(`b${number}`, 'Q:evidock\n');
    const mounted = await mount();
    const before = readFileSync(at('station.yaml'), 'utf8');
    writeFileSync(at('station.yaml'), text);
    await expect(client.remount(mounted.path, 'rw')).rejects.toThrow();
    expect(run('blockdev', '--getro', loop)).toBe('1');
    writeFileSync(at('station.yaml'), 'dock:\n  setClock: true\n');
    await client.remount(mounted.path, 'rw');
    await client.remount(mounted.path, 'ro');
    writeFileSync(at('station.yaml'), before);
    await client.unmount(mounted.path);
  });

  it('takes no disk off the bus that this machine uses, and one of the station’s own mounts is no use of the machine', async () => {
    tag(`b${number}`, 'Q:evidock\n');
    tag('c189:6', 'Q:evidock\n');
    const elsewhere = at('other');
    mkdirSync(elsewhere);
    run('mount', '-o', 'ro', loop, elsewhere);
    await expect(client.powerOff('1-1')).rejects.toThrow(/in use by this machine/);
    expect(readFileSync(at('sys/bus/usb/devices/1-1/authorized'), 'utf8')).toBe('1');
    run('umount', elsewhere);
    const mounted = await mount();
    await client.powerOff('1-1');
    expect(readFileSync(at('sys/bus/usb/devices/1-1/authorized'), 'utf8')).toBe('0');
    writeFileSync(at('sys/bus/usb/devices/1-1/authorized'), '1');
    await client.unmount(mounted.path);
  });

  it.each([
    ['has no record in udev', 'sdz', null],
    ['is not tagged', 'sdz', 'G:systemd\nQ:systemd\nE:ID_FS_LABEL=Q:evidock\n'],
    ['was tagged before, but is not now', 'sdz', 'G:evidock\nG:systemd\nQ:systemd\n'],
    ['is not on USB, whatever udev says', 'sdy', 'Q:evidock\n'],
    ['does not exist', 'sdx', null],
  ])('refuses a disk that %s', async (_why, device, record) => {
    if (record !== null) tag(`b${number}`, record);
    await expect(mount(device)).rejects.toMatchObject({ code: expect.stringMatching(/^recorder\.(mount-failed|removed)$/) });
    expect(mounts()).toEqual([]);
  });

  it('refuses a disk that this machine uses', async () => {
    tag(`b${number}`, 'Q:evidock\n');
    mkdirSync(at('elsewhere'));
    run('mount', '-o', 'ro', loop, at('elsewhere'));
    try {
      await expect(mount()).rejects.toThrow(/in use/);
    } finally {
      run('umount', at('elsewhere'));
    }
    writeFileSync(at('sys/devices/usb1/1-1/sdz/holders/dm-0'), '');
    await expect(mount()).rejects.toThrow(/in use/);
    rmSync(at('sys/devices/usb1/1-1/sdz/holders/dm-0'));
    expect(mounts()).toEqual([]);
  });

  it('powers off and reads over MTP only what is tagged', async () => {
    const off = () => readFileSync(at('sys/devices/usb1/1-1/authorized'), 'utf8');
    await expect(client.powerOff('1-1')).rejects.toThrow(/did not mark/);
    await expect(client.mountMtp({ busNumber: 1, deviceNumber: 7 })).rejects.toThrow(/did not mark/);
    expect(off()).toBe('1');
    tag('c189:6', 'Q:evidock\n');
    await client.powerOff('1-1');
    expect(off()).toBe('0');
    // Nothing is in that port: that is what was wanted.
    await client.powerOff('1-2');
  });

  it('touches no directory but those it made', async () => {
    mkdirSync(at('mnt', 'sdz-00000000', 'kept'), { recursive: true });
    for (const path of [home, at('dev'), '/', `${at('mnt')}/../dev`, `${at('mnt')}/sdz-00000000/kept`, at('mnt'), 'sdz-00000000', '']) {
      await expect(client.unmount(path), path).rejects.toThrow(/no mount of the station/);
      await expect(client.remount(path, 'rw'), path).rejects.toThrow(/no mount of the station/);
    }
    // Its own kind of name, but not empty and not mounted: stays.
    await expect(client.unmount(at('mnt', 'sdz-00000000'))).rejects.toThrow(/stays/);
    rmSync(at('mnt', 'sdz-00000000'), { recursive: true });
    expect(statSync(at('dev')).isDirectory()).toBe(true);
  });

  it.each([
    ['no JSON', 'mount sdz'],
    ['an array', '[]'],
    ['null', 'null'],
    ['an unknown verb', '{"do":"exec","command":"id"}'],
    ['a field too many', '{"do":"mount","device":"sdz","utcOffsetMinutes":0,"options":"suid"}'],
    ['a path as device', '{"do":"mount","device":"../../dev/sda","utcOffsetMinutes":0}'],
    ['a device with a line end', '{"do":"mount","device":"sdz\\n","utcOffsetMinutes":0}'],
    ['a disk that is none', '{"do":"mount","device":"vda1","utcOffsetMinutes":0}'],
    ['an option as offset', '{"do":"mount","device":"sdz","utcOffsetMinutes":"0,suid"}'],
    ['an offset out of bounds', '{"do":"mount","device":"sdz","utcOffsetMinutes":1e9}'],
    ['a prototype', '{"__proto__":{"do":"unmountAll"}}'],
    ['a port that is a path', '{"do":"powerOff","sysName":"1-1/../../../x"}'],
    ['a bus number that is text', '{"do":"mountMtp","busNumber":"1","deviceNumber":1}'],
    ['a mode of its own', '{"do":"remount","path":"/","mode":"rw,suid"}'],
    ['two requests', '{"do":"unmountAll"}\n{"do":"unmountAll"}'],
  ])('refuses %s', async (_what, line) => {
    tag(`b${number}`, 'Q:evidock\n');
    const reply = JSON.parse(await say(`${line}\n`)) as unknown;
    expect(reply).toMatchObject({ ok: false, reason: saying('request refused: not a request') });
    expect(mounts()).toEqual([]);
  });

  it('cuts off who sends too much, nothing or half a line, and serves others meanwhile', async () => {
    const silent = say('');
    const huge = await say(Buffer.alloc(4_000_000, 'x'));
    expect(huge === '' || huge.includes('"line-long"')).toBe(true);
    expect(await say('{"do":"unmountAll"', { halfClose: true })).toContain('"line-cut"');
    expect(await say(Buffer.from([0xff, 0xfe, 0x00, 0x0a]))).toContain('"no-request"');
    expect(await client.unmountAll()).toBe(0);
    const begun = Date.now();
    expect(await silent).toContain('"line-late"');
    expect(Date.now() - begun).toBeLessThan(8000);
  });

  it('bears a crowd: what is over the limit is closed, and it goes on', async () => {
    const crowd = Array.from({ length: 200 }, () => say('{"do":"unmountAll"}\n'));
    const replies = await Promise.all(crowd);
    expect(replies.every((reply) => reply === '' || reply.includes('"ok":true'))).toBe(true);
    expect(await client.unmountAll()).toBe(0);
  });

  it('says so where there is no helper', async () => {
    const nobody = new HelperMounter({ socketPath: at('nobody') });
    await expect(nobody.unmountAll()).rejects.toMatchObject({ code: 'recorder.mount-failed', detail: expect.stringContaining('ENOENT') });
  });
});

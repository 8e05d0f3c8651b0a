import assert from 'node:assert/strict';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench } from '../bench.ts';
import { clipPath, noise } from '../cards.ts';
import { tool } from '../disk-image.ts';
import { expectClean } from '../examine.ts';
import { makeRecorder } from '../recorders.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** A card whose file system asks for a panic of the machine at the first error, and has one: the machine stays up, and what is whole is sealed. */
export const PANIC: Scenario = {
  name: 'panic',
  title:
    'an ext4 card that asks to panic at an error, and has one, stops no machine: its broken directory is refused by name, another card is sealed',
  minutesMax: { short: 15, long: 15 },
  async run(context) {
    const hostile = join(context.directory, 'hostile.img');
    await makeRecorder(hostile, [
      {
        fileSystem: 'ext4',
        files: { [clipPath('PAN0001', 1)]: noise(context, 50_000), 'BROKEN/INSIDE_THE_DIRECTORY.DAT': noise(context, 9000) },
      },
    ]);
    await breakDirectory(hostile, 'INSIDE_THE_DIRECTORY.DAT');
    for (const wish of [
      ['-e', 'panic'],
      ['-E', 'mount_opts=errors=panic'],
    ])
      await tool('tune2fs', [...wish, hostile]);
    await Bench.with(context, { name: 'panic' }, async (bench) => {
      const { station, guest } = bench;
      const bootId = await guest.sh('cat /proc/sys/kernel/random/boot_id');
      await bench.plug({ name: 'PAN0001', port: '1', image: hostile, readOnly: true });
      await station.until('the broken directory is refused', 90, () => {
        const view = station.slotOf('PAN0001');
        return view?.problem?.code === 'recorder.unreadable' && view.filesRefused > 0 && view;
      });
      const kernel = await guest.sh('dmesg');
      assert.match(kernel, /EXT4-fs (?:error|warning)/, 'the file system met no error: the card is not broken enough');
      assert.doesNotMatch(kernel, /Kernel panic/);
      await bench.yank('PAN0001');
      const healthy = await healthyCard(context);
      await bench.plug({ name: healthy.serial, port: '2', image: healthy.image, readOnly: true });
      await station.safe(healthy.serial);
      assert.equal(await guest.sh('cat /proc/sys/kernel/random/boot_id'), bootId, 'the machine was booted anew');
      await bench.yank(healthy.serial);
      const { originals } = await expectCleanOf(bench, healthy);
      context.figure(`the machine stayed up; ${originals} files of both cards are sealed`);
    });
  },
};

async function healthyCard(context: LabContext) {
  const image = join(context.directory, 'healthy.img');
  const files = { [clipPath('PAN0002', 1)]: noise(context, 50_000) };
  const { digests } = await makeRecorder(image, [{ fileSystem: 'ext4', files }]);
  return { serial: 'PAN0002', image, digests };
}

/** The whole file of the hostile card is sealed too; what it must be is the healthy card's to tell. */
async function expectCleanOf(bench: Bench, healthy: Awaited<ReturnType<typeof healthyCard>>): Promise<{ originals: number }> {
  const hostile = { serial: 'PAN0001', image: '', digests: new Map<string, string>() };
  type Listed = { originals: { cardPath: string; sha256: string }[] };
  const { items: sealed } = await bench.station.get<{ items: Listed[] }>('/recordings?recorder=PAN0001');
  for (const { originals } of sealed) for (const { cardPath, sha256 } of originals) hostile.digests.set(cardPath, sha256);
  assert.ok(hostile.digests.has(clipPath('PAN0001', 1)), 'the whole file of the broken card was not taken');
  const { originals } = await expectClean(bench.station, [healthy, hostile]);
  return { originals: originals.length };
}

/** Spoils the block of a directory that holds this name: its checksum no longer fits, and its entries lead out of the block. */
async function breakDirectory(image: string, name: string): Promise<void> {
  const bytes = await readFile(image);
  const at = bytes.indexOf(name);
  assert.ok(at > 0, 'the name is not in the image');
  const file = await open(image, 'r+');
  try {
    // The record length, 4 bytes before the name's own (ext4, struct ext4_dir_entry_2).
    await file.write(Buffer.from([0xff, 0xff]), 0, 2, at - 4);
  } finally {
    await file.close();
  }
}

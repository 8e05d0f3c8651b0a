/*
 * Goal: a file that a lane reads by itself is as safe as any other: a pull ends it within a second, what cannot be read is read around and on record,
 * and a thread that dies costs nothing but a second copy.
 * Method: real intake, seal, ledger, vault and lanes over plain directories whose files give their descriptors; lanes are disturbed between calls.
 */

import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { WorkerLanes } from '#adapters/disk/lanes';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Lanes, Passage } from '#ports/lanes';
import type { Volume } from '#ports/recorder-driver';
import { about } from '#test/support/custody';
import { homeForEach } from '../support/station/home-for-each.ts';
import { intakeStation, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

/** Lanes whose passages go through `change` first. */
function changed(lanes: Lanes, change: (passage: Passage) => Partial<Passage>): Lanes {
  return {
    close: () => lanes.close(),
    open: (draft, options) => {
      const passage = lanes.open(draft, options);
      return {
        reads: passage.reads,
        take: (chunk, bytes, position) => passage.take(chunk, bytes, position),
        pull: (descriptor, range) => passage.pull(descriptor, range),
        digest: () => passage.digest(),
        abort: () => passage.abort(),
        ...change(passage),
      };
    },
  };
}

const drafts = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.partial'));

describe('a file that a lane reads by itself', () => {
  it('ends within a second when its recorder is pulled, and leaves nothing behind', async () => {
    await writeCard(card, { 'long.mp4': '' });
    const long = await open(join(card, 'long.mp4'), 'r+');
    await long.truncate(3 * 1024 * MEBIBYTE);
    await long.close();
    const pulling = Promise.withResolvers<void>();
    let pulls = 0;
    const station = await intakeStation(join(home, 's'), (vault) => vault, {
      sm3: false,
      lanes: (lanes) =>
        changed(lanes, (passage) => ({
          pull: (descriptor, range) => {
            pulls += 1;
            if (pulls === 2) pulling.resolve();
            return passage.pull(descriptor, range);
          },
        })),
    });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await pulling.promise;
    const begun = performance.now();
    await docking.pull();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(drafts(join(home, 's/vault'))).toEqual([]);
    expect(await station.ledger.dockings.progress(docking.id)).toMatchObject({ listed: 1, copied: 0, sealed: 0 });
    await station.close();
  });

  it('is read around its gaps: zeros there, on record, and every other byte', async () => {
    const bytes = randomBytes(9 * MEBIBYTE + 77);
    const bad = [
      { start: 5 * MEBIBYTE + 8192, end: 5 * MEBIBYTE + 16_384 },
      { start: bytes.length - 77 - 4096, end: bytes.length - 77 },
    ];
    await writeCard(card, { 'bad.mp4': bytes });
    const station = await intakeStation(join(home, 's'), (vault) => vault, {
      sm3: false,
      gapBytesMax: MEBIBYTE,
      lanes: (lanes) =>
        changed(lanes, (passage) => ({
          // What the system call would do: give the bytes before the bad ones, and fail at them.
          pull: async (descriptor, range) => {
            const next = bad.find(({ end, start }) => end > range.start && start < range.end);
            if (!next) return passage.pull(descriptor, range);
            const part = { start: range.start, end: Math.max(range.start, next.start) };
            const pulled = await passage.pull(descriptor, part);
            return { ...pulled, failed: pulled.bytes === part.end - part.start };
          },
        })),
    });
    const plain = station.plain(card);
    const volume: Volume = {
      label: plain.label,
      list: (signal) => plain.list(signal),
      readText: (path) => plain.readText(path),
      close: () => plain.close(),
      open: async (path) => {
        const file = await plain.open(path);
        return {
          ...file,
          read: async (target, position, signal) => {
            const hit = bad.some(({ start, end }) => end > position && start < position + target.length);
            if (hit) throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
            return file.read(target, position, signal);
          },
        };
      },
    };
    const docking = await station.dock(volume, 'R1', 1);
    await docking.safe();
    const [original] = (await station.ledger.recordings.list({ limit: 10 })).flatMap(({ originals }) => originals);
    const kept = Buffer.from(bytes);
    for (const { start, end } of bad) kept.fill(0, start, end);
    expect(original).toMatchObject({ gaps: bad, digests: { sha256: sha256(kept) } });
    expect((await buffer(await station.vault.read(original?.vaultKey ?? ''))).equals(kept)).toBe(true);
    await station.close();
  });

  it('is copied again when the thread dies that carries it, and nothing of the first copy stays', async () => {
    const files = { 'a.mp4': randomBytes(40 * MEBIBYTE), 'b.mp4': randomBytes(3 * MEBIBYTE), 'c.txt': 'text' };
    await writeCard(card, files);
    const spare = new WorkerLanes({ threads: 1 });
    let deaths = 0;
    const station = await intakeStation(join(home, 's'), (vault) => vault, {
      sm3: false,
      lanes: (first) => {
        const mortal = changed(first, (passage) => ({
          pull: async (descriptor, range) => {
            deaths += 1;
            const [outcome] = await Promise.allSettled([passage.pull(descriptor, range), first.close()]);
            if (outcome.status === 'rejected') throw outcome.reason;
            return outcome.value;
          },
        }));
        return {
          open: (draft, options) => (deaths === 0 ? mortal : spare).open(draft, options),
          close: async () => {
            await spare.close();
          },
        };
      },
    });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    expect(deaths).toBeGreaterThan(0);
    const originals = (await station.ledger.recordings.list({ limit: 10 })).flatMap((detail) => detail.originals);
    expect(Object.fromEntries(originals.map((original) => [original.cardPath, original.digests?.sha256]))).toEqual(
      Object.fromEntries(Object.entries(files).map(([path, content]) => [path, sha256(Buffer.from(content))])),
    );
    await vi.waitFor(() => expect(drafts(join(home, 's/vault'))).toEqual([]));
    await station.close();
  });

  it('has the SM3 of the bytes that came off the recorder, computed when its copy is read back', async () => {
    const bytes = randomBytes(2 * MEBIBYTE + 3);
    await writeCard(card, { 'a.mp4': bytes });
    const station = await intakeStation(join(home, 's'));
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    const sm3 = createHash('sm3').update(bytes).digest('hex');
    const [original] = (await station.ledger.recordings.list({ limit: 10 })).flatMap(({ originals }) => originals);
    expect(original?.digests).toEqual({ sha256: sha256(bytes), sm3 });
    const custody = await station.ledger.custody.of(about(original?.id ?? ''));
    expect(custody.find(({ type }) => type === 'original.sealed')?.data).toMatchObject({ sm3, sha256: sha256(bytes) });
    expect(custody.find(({ type }) => type === 'original.copied')?.data).toMatchObject({ sm3: null });
    await station.close();
  });
});

/*
 * Goal: a recorder with gaps gives what can be read; what cannot is on record byte by byte, never hidden and never doubled, and is fetched once
 * it can be read after all.
 * Method: real intake, seal, ledger and vault; reads that touch given blocks of a file fail as the kernel lets them fail (EIO).
 */

import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setHold } from '#desk/holds/set-hold';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError } from '#domain/errors';
import { EMPTY_SCOPE } from '#domain/hold/hold';
import { because } from '#domain/reason';
import { manifestKey } from '#domain/vault/vault-key';
import { about, cli, toldBy } from '#test/support/custody';
import { deriving } from '#test/support/media/deriving';
import { saying } from '#test/support/saying';
import { runProgram } from '../support/evidock.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const BLOCK = 4096;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

const open = (options: Parameters<typeof intakeStation>[2] = {}) =>
  intakeStation(join(home, 's'), (vault) => vault, { gapBytesMax: MEBIBYTE, sm3: false, ...options });
type Station = Awaited<ReturnType<typeof open>>;

/** A card on which every read that touches one of `bad` fails; counts the reads of whole chunks. */
function badCard(path: string, bad: () => readonly ByteRange[]) {
  return disturbedVolume(card, (file, position, target) => {
    const touches = bad().some(({ start, end }) => position < end && position + target.length > start);
    if (file === path && touches) throw new EvidockError('recorder.read-failed', because('said', { text: `${file} (EIO)` }));
  });
}

const block = (n: number, blocks = 1): ByteRange => ({ start: n * BLOCK, end: (n + blocks) * BLOCK });

function zeroed(content: Buffer, ranges: readonly ByteRange[]): Buffer {
  const copy = Buffer.from(content);
  for (const { start, end } of ranges) copy.fill(0, start, end);
  return copy;
}

async function recordingsOf(station: Station, path: string) {
  const found = (await station.ledger.recordings.list({ limit: 100 })).filter(({ originals }) => originals[0]?.cardPath === path);
  return found
    .sort((a, b) => (a.recording.id < b.recording.id ? -1 : 1))
    .map(({ recording, originals }) => ({ recording, original: originals[0]! }));
}

describe('a recorder with gaps', () => {
  it('gives every block that can be read; the others are zeros and on record everywhere', async () => {
    const content = randomBytes(3 * MEBIBYTE + 1000);
    await writeCard(card, { 'a.mp4': content, 'b.mp4': randomBytes(5000) });
    // The first block, two that touch, one at the seam of two chunks, and the tail.
    const tail = { start: Math.floor(content.length / BLOCK) * BLOCK, end: content.length };
    const bad = [block(0), block(100, 2), block(255, 2), tail];
    const station = await open();
    const docking = await station.dock(
      badCard('a.mp4', () => bad),
      'R1',
      1,
    );
    await docking.safe();
    const [damaged] = await recordingsOf(station, 'a.mp4');
    const kept = zeroed(content, bad);
    expect(damaged?.original).toMatchObject({ state: 'sealed', gaps: bad, digests: { sha256: sha256(kept) } });
    expect(damaged?.recording).toMatchObject({
      damaged: true,
      damageReason: saying(/^a\.mp4: 21480 of 3146728 bytes at 4 places/),
    });
    expect(sha256(await readFile(join(home, 's/vault', damaged?.original.vaultKey ?? '')))).toBe(sha256(kept));
    const manifest = JSON.parse(Buffer.from(await station.vault.readSmall(manifestKey(damaged?.recording.id ?? '', 1))).toString());
    expect(manifest).toMatchObject({ v: 3, original: { unreadable: bad, sourceReread: null } });
    const custody = await station.ledger.custody.of(about(damaged?.recording.id ?? ''));
    expect(custody.find(({ type }) => type === 'original.copied')?.lists).toMatchObject({ gaps: bad });
    expect(custody.find(({ type }) => type === 'recording.damaged')?.personal).toMatchObject({ reason: damaged?.recording.damageReason });
    expect(station.board.snapshot()[0]).toMatchObject({ phase: 'safe', warning: { code: 'recorder.gaps', reason: saying('a.mp4') } });
    expect((await recordingsOf(station, 'b.mp4'))[0]?.recording.damaged).toBe(false);
    await station.close();
  });

  it('is read whole where the error passes: once more is enough', async () => {
    const content = randomBytes(2 * MEBIBYTE);
    await writeCard(card, { 'a.mp4': content });
    const station = await open();
    let failures = 1;
    const docking = await station.dock(
      disturbedVolume(card, (file, position) => {
        if (position === MEBIBYTE && failures-- > 0)
          throw new EvidockError('recorder.read-failed', because('said', { text: `${file} (EIO)` }));
      }),
      'R1',
      1,
    );
    await docking.safe();
    expect((await recordingsOf(station, 'a.mp4'))[0]).toMatchObject({
      recording: { damaged: false },
      original: { gaps: [], digests: { sha256: sha256(content) } },
    });
    await station.close();
  });

  it('keeps a file with too many of them, and one of which nothing can be read, as failed by name', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(MEBIBYTE), 'b.mp4': randomBytes(3000) });
    const station = await open({ gapBytesMax: 64 * 1024 });
    const docking = await station.dock(
      disturbedVolume(card, (file, position, target) => {
        const touches = file === 'b.mp4' || position + target.length > 2 * BLOCK;
        if (touches && position < (file === 'b.mp4' ? 3000 : MEBIBYTE))
          throw new EvidockError('recorder.read-failed', because('said', { text: `${file} (EIO)` }));
      }),
      'R1',
      1,
    );
    await docking.done;
    const { problem, safeAtMs } = (await station.ledger.dockings.get(docking.id)) ?? {};
    expect(safeAtMs).toBeNull();
    expect(problem).toMatchObject({ code: 'recorder.read-failed', reason: saying(/gapsMax|nothing of it/) });
    expect((await recordingsOf(station, 'a.mp4'))[0]?.original.state).toBe('listed');
    expect((await recordingsOf(station, 'b.mp4'))[0]?.original.state).toBe('listed');
    await station.close();
  });

  it('docked again is known; once the places can be read, the file is taken whole beside the damaged one, once', async () => {
    const content = randomBytes(MEBIBYTE);
    await writeCard(card, { 'a.mp4': content, 'b.mp4': randomBytes(5000) });
    let bad = [block(10, 3)];
    const station = await open();
    const dockAgain = async (slot: number) => {
      const docking = await station.dock(
        badCard('a.mp4', () => bad),
        'R1',
        slot,
      );
      await docking.safe();
      return station.ledger.dockings.get(docking.id);
    };
    await dockAgain(1);
    // Somebody holds the damaged recording by its own id: what is read of it later is held too.
    const scope = { ...EMPTY_SCOPE, recordings: [(await recordingsOf(station, 'a.mp4'))[0]?.recording.id ?? ''] };
    const { ledger, parts } = station;
    const holding = { ledger, clock: parts.clock, archive: null, facts: { stationId: 'test1' } };
    const request = { scope, reason: 'order 77', reviewAtMs: Date.now() + 86_400_000 };
    await setHold(holding, request, { actor: cli('author'), person: 'usr-author' });
    expect(await dockAgain(2)).toMatchObject({ filesListed: 2, filesKnown: 2 });
    expect(await recordingsOf(station, 'a.mp4')).toHaveLength(1);
    expect(station.board.snapshot()[1]).toMatchObject({ phase: 'safe', warning: { code: 'recorder.gaps' } });
    bad = [];
    expect(await dockAgain(3)).toMatchObject({ filesListed: 2, filesKnown: 1 });
    const [first, second] = await recordingsOf(station, 'a.mp4');
    expect(first?.recording.damaged).toBe(true);
    expect(second).toMatchObject({
      recording: { damaged: false },
      original: { state: 'sealed', gaps: [], duplicateOf: null, digests: { sha256: sha256(content) } },
    });
    expect(await ledger.holds.isHeld(second?.recording.id ?? '')).toBe(true);
    const [other] = await recordingsOf(station, 'b.mp4');
    expect(await ledger.holds.isHeld(other?.recording.id ?? '')).toBe(false);
    const told = (await station.ledger.custody.of(about(first?.recording.id ?? ''))).find(({ type }) => type === 'recording.read-again');
    expect(toldBy(told ?? expect.fail())).toMatchObject({ cardPath: 'a.mp4', as: second?.recording.id });
    expect(await dockAgain(4)).toMatchObject({ filesListed: 2, filesKnown: 2 });
    expect(await recordingsOf(station, 'a.mp4')).toHaveLength(2);
    await station.close();
  });

  it('is neither duplicate nor first of duplicates, even where the bytes that are kept are the same', async () => {
    const content = randomBytes(MEBIBYTE);
    const bad = [block(10)];
    await writeCard(card, { 'a.mp4': content });
    const station = await open();
    await (
      await station.dock(
        badCard('a.mp4', () => bad),
        'R1',
        1,
      )
    ).safe();
    await writeCard(join(home, 'other'), { 'zeros.mp4': zeroed(content, bad) });
    await (await station.dock(station.plain(join(home, 'other')), 'R2', 2)).safe();
    await (
      await station.dock(
        badCard('a.mp4', () => bad),
        'R3',
        3,
      )
    ).safe();
    const all = [...(await recordingsOf(station, 'a.mp4')), ...(await recordingsOf(station, 'zeros.mp4'))];
    expect(all.map(({ original }) => original.duplicateOf)).toEqual([null, null, null]);
    expect(new Set(all.map(({ original }) => original.digests?.sha256)).size).toBe(1);
    await station.close();
  });
});

describe('a recording with gaps', () => {
  it('stays damaged for that reason when it can be played all the same', async () => {
    await mkdir(card, { recursive: true });
    const path = 'a.mp4';
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=10', '-t', '2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
    expect((await runProgram('ffmpeg', ['-v', 'error', ...source, '-movflags', '+faststart', join(card, path)])).status).toBe(0);
    // A free box at the end: no player reads it, but it is not what was recorded.
    const free = Buffer.alloc(16 * BLOCK, 1);
    free.writeUInt32BE(free.length, 0);
    free.write('free', 4, 'latin1');
    await appendFile(join(card, path), free);
    const { size } = await stat(join(card, path));
    const bad = [block(Math.floor(size / BLOCK) - 2)];
    const station = await open();
    await (
      await station.dock(
        badCard(path, () => bad),
        'R1',
        1,
      )
    ).safe();
    const [before] = await recordingsOf(station, path);
    const { run } = deriving({ ledger: station.ledger, vault: station.disk, directory: card });
    await run(before?.recording.id ?? '');
    const [after] = await recordingsOf(station, path);
    expect(after?.recording).toMatchObject({ state: 'derived', damaged: true, damageReason: before?.recording.damageReason });
    expect((await station.ledger.recordings.derivatives(after?.recording.id ?? '')).map(({ kind }) => kind)).toContain('playable');
    await station.close();
  });
});

describe('intake.verify: source+vault', () => {
  const twice = { verify: 'source+vault' as const };

  it('reads every file twice and says so', async () => {
    const content = randomBytes(2 * MEBIBYTE + 17);
    await writeCard(card, { 'a.mp4': content, 'empty.txt': '' });
    const bad = [block(3)];
    const station = await open(twice);
    let bytesRead = 0;
    const volume = disturbedVolume(card, (file, position, target, bytes) => {
      if (file !== 'a.mp4') return;
      if (position < bad[0]!.end && position + target.length > bad[0]!.start)
        throw new EvidockError('recorder.read-failed', because('said', { text: 'EIO' }));
      bytesRead += bytes;
    });
    await (await station.dock(volume, 'R1', 1)).safe();
    const [found] = await recordingsOf(station, 'a.mp4');
    expect(found?.original).toMatchObject({ gaps: bad, sourceReread: expect.stringMatching(/cached|nocache/) });
    expect(bytesRead).toBeGreaterThanOrEqual(2 * (content.length - BLOCK));
    const manifest = JSON.parse(Buffer.from(await station.vault.readSmall(manifestKey(found?.recording.id ?? '', 1))).toString());
    expect(manifest.original.sourceReread).toBe(found?.original.sourceReread);
    await station.close();
  });

  it('asks the kernel to forget a plain file first', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(MEBIBYTE) });
    const station = await open(twice);
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    expect((await recordingsOf(station, 'a.mp4'))[0]?.original.sourceReread).toBe('nocache');
    await station.close();
  });

  it('does not seal what a recorder delivers differently each time, and keeps nothing of it', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(MEBIBYTE), 'b.mp4': randomBytes(MEBIBYTE) });
    const station = await open(twice);
    let opened = 0;
    let reads = 0;
    const docking = await station.dock(
      disturbedVolume(card, (file, _position, target, bytes) => {
        if (file !== 'a.mp4' || bytes === 0) return;
        if (bytes === MEBIBYTE) opened += 1;
        target[reads++ % bytes] = reads;
      }),
      'R1',
      1,
    );
    await docking.done;
    expect(opened).toBe(6);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      state: 'problem',
      problem: { code: 'recorder.unstable' },
      safeAtMs: null,
    });
    expect((await recordingsOf(station, 'a.mp4'))[0]?.original.state).toBe('listed');
    expect((await recordingsOf(station, 'b.mp4'))[0]?.original.state).not.toBe('listed');
    await docking.pull();
    // Another cable: the same recorder is honest now.
    await (await station.dock(station.plain(card), 'R1', 2)).safe();
    expect((await recordingsOf(station, 'a.mp4'))[0]?.original.state).toBe('sealed');
    await station.close();
  });
});

/*
 * Goal: A card becomes archived recordings, by commands alone: a card of real video is docked, becomes safe, playable and
 * archived, is found by its case, played from both places with its digest, and any changed byte is named.
 * Method: the real command in real processes; ffmpeg makes the card; the archive is a directory.
 */
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evidock, evidockJson, type RecordingJson, runProgram, temporaryDirectory } from '../support/evidock.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let card: string;
let env: Record<string, string>;
let recordings: RecordingJson[];

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('from card to playback', () => {
  beforeAll(async () => {
    home = await temporaryDirectory();
    state = join(home.path, 'state');
    card = join(home.path, 'card');
    env = { EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home.path, 'archive') };
    expect((await evidock(['make-card', card, '--layout', 'gat947'])).status).toBe(0);
    const again = await evidock(['--json', 'make-card', card, '--layout', 'gat947']);
    expect([again.status, JSON.parse(again.stderr).code]).toEqual([1, 'request.conflict']);
    const ingest = await evidock(['--state', state, 'ingest', card, '--slot', '3', '--wait'], { env, timeoutMs: 720_000 });
    expect(ingest.stderr + ingest.stdout).toMatch(/safe/i);
    expect(ingest.status).toBe(0);
    recordings = await evidockJson<RecordingJson[]>(['--state', state, 'recordings'], { env });
  }, 900_000);

  afterAll(() => home.remove());

  it('seals every file of the card under its own digest', () => {
    const sealed = recordings.flatMap((recording) => recording.originals);
    const onCard = filesBelow(card);
    expect(sealed.map((original) => original.sha256).sort()).toEqual(onCard.map(sha256).sort());
    for (const original of sealed) {
      expect(original.bytes).toBe(statSync(join(card, original.cardPath)).size);
      expect(original.sha256).toBe(sha256(join(card, original.cardPath)));
      expect(original.sm3).toBe(
        createHash('sm3')
          .update(readFileSync(join(card, original.cardPath)))
          .digest('hex'),
      );
    }
  });

  it('archives everything and says where the copies are', () => {
    for (const recording of recordings) {
      expect(recording.state, recording.originals[0]?.cardPath).toBe('archived');
      expect(recording.copies.map((copy) => copy.where).sort()).toEqual(['disk', 'vault']);
    }
  });

  it('joins the segments of one capture, and tells officer, recorder and times', () => {
    const joined = recordings.find(
      (recording) => recording.kind === 'video' && recording.originals.filter((o) => /\.mp4$/i.test(o.cardPath)).length === 3,
    );
    expect(joined).toBeDefined();
    expect(joined?.playable).toBe(true);
    expect(joined?.officerId).toMatch(/^\d{6}$/);
    expect(joined?.claimedStart).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(joined?.durationMs).toBeGreaterThan(1000);
    expect(recordings.some((recording) => recording.important)).toBe(true);
  });

  it('marks the truncated file as damaged and keeps its original', () => {
    const damaged = recordings.filter((recording) => recording.damaged);
    expect(damaged.length).toBeGreaterThanOrEqual(1);
    for (const recording of damaged) expect(recording.originals.every((original) => /^[0-9a-f]{64}$/.test(original.sha256))).toBe(true);
  });

  it('docks again without copying anything twice', async () => {
    const again = await evidock(['--state', state, 'ingest', card, '--slot', '5', '--wait'], { env });
    expect(again.status).toBe(0);
    const after = await evidockJson<RecordingJson[]>(['--state', state, 'recordings'], { env });
    expect(after.map((recording) => recording.id).sort()).toEqual(recordings.map((recording) => recording.id).sort());
  });

  it('finds and plays by case number, from the vault and from the archive', async () => {
    const video = recordings.find((recording) => recording.kind === 'video' && recording.playable && !recording.damaged);
    const id = video?.id ?? '';
    expect((await evidock(['--state', state, 'case', 'add', 'LY-2026-0012', '--title', '占道经营检查'], { env })).status).toBe(0);
    expect((await evidock(['--state', state, 'tag', id, '--case', 'LY-2026-0012', '--category', 'inspection'], { env })).status).toBe(0);
    const found = await evidockJson<RecordingJson[]>(['--state', state, 'recordings', '--case', 'LY-2026-0012'], { env });
    expect(found.map((recording) => recording.id)).toEqual([id]);
    expect(found[0]?.category).toBe('inspection');
    for (const from of ['vault', 'archive']) {
      const out = join(home.path, `${from}.mp4`);
      const played = await evidock(['--state', state, 'play', id, '--from', from, '--out', out], { env });
      expect(played.status, played.stderr).toBe(0);
      const probe = await runProgram('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', out]);
      expect(probe.stdout.trim().split('\n').sort()).toEqual(['aac', 'h264']);
    }
    expect(sha256(join(home.path, 'vault.mp4'))).toBe(sha256(join(home.path, 'archive.mp4')));
    const original = join(home.path, 'original.mp4');
    expect((await evidock(['--state', state, 'play', id, '--original', '1', '--out', original], { env })).status).toBe(0);
    expect(sha256(original)).toBe(video?.originals[0]?.sha256);
    const history = await evidock(['--state', state, 'recording', id], { env });
    expect(history.stdout).toMatch(/view/i);
    expect(history.stdout).toMatch(/archived and verified in disk/);
    // No words of the history are left without the fact that they tell.
    expect(history.stdout).not.toMatch(/station .*—/);
  });

  it('refuses a case that does not exist, with 1, and wrong use, with 2', async () => {
    const id = recordings[0]?.id ?? '';
    const refused = await evidock(['--state', state, 'tag', id, '--case', 'NO-SUCH'], { env });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('NO-SUCH');
    expect((await evidock(['--state', state, 'tag'], { env })).status).toBe(2);
    expect((await evidock(['no-such-command'])).status).toBe(2);
  });

  it('verifies clean, then names the one byte that was changed in the vault and in the archive', async () => {
    const clean = await evidock(['--state', state, 'verify'], { env, timeoutMs: 720_000 });
    expect(clean.status, clean.stderr + clean.stdout).toBe(0);
    for (const place of ['vault', 'archive'] as const) {
      const root = place === 'vault' ? join(state, 'vault') : join(home.path, 'archive');
      const victim = filesBelow(root).find((path) => path.includes('/original-') && path.endsWith('.mp4')) ?? '';
      const bytes = readFileSync(victim);
      chmodSync(victim, 0o644);
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      writeFileSync(victim, bytes);
      const outcome = await evidock(['--state', state, 'verify', `--${place}`], { env });
      expect(outcome.status).toBe(1);
      expect(outcome.stdout + outcome.stderr).toContain(victim.slice(victim.indexOf('rec-')).split('/')[0]);
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      writeFileSync(victim, bytes);
    }
  }, 900_000);
});

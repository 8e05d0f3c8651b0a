import { execFile } from 'node:child_process';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TakenOut } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import { manifestKey } from '#domain/vault/vault-key';
import type { Volume } from '#ports/recorder-driver';
import { anId } from '#test/support/builders';
import { about, cli } from '#test/support/custody';
import { deriving } from '#test/support/media/deriving';
import { temporaryDirectory } from '../support/evidock.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { intakeStation } from '../support/station/intake-station.ts';

// Goal: recordings of real clips are dated as they were made, and say why. Method: dock, intake and seal with their real parts (zone Asia/Shanghai), clips
// of 90 s by ffmpeg with the times that a recorder would leave; random habits of recorders are in src/domain/start/claims.property.test.ts.

const LASTS_S = 90;
const HOUR = 3600_000;
/** 2026-06-20 15:30:12 in Shanghai. */
const START = Date.parse('2026-06-20T07:30:12Z');

let home: string;
let base: string;
homeForEach((path) => {
  home = path;
});

async function ffmpeg(...args: readonly string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...args]);
}

type Station = Awaited<ReturnType<typeof intakeStation>>;

interface Clip {
  readonly path: string;
  /** What its container says, digits as UTC; left out: nothing. */
  readonly writtenMs?: number;
  readonly endMs: number;
}

/** The same card, and `onHeader` before the first bytes of a header are read. */
function withHeaders(plain: Volume, onHeader: (path: string) => Promise<void>): Volume {
  return {
    label: plain.label,
    list: (signal) => plain.list(signal),
    readText: (path) => plain.readText(path),
    close: () => plain.close(),
    open: async (path) => {
      const file = await plain.open(path);
      const read: typeof file.read = async (target, position, signal) => {
        if (position === 0 && target.length <= 64) await onHeader(path);
        return file.read(target, position, signal);
      };
      return { stat: () => file.stat(), read, close: () => file.close() };
    },
  };
}

describe('the start of a recording', () => {
  let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeAll(async () => {
    clips = await temporaryDirectory();
    base = join(clips.path, 'base.mp4');
    await ffmpeg('-f', 'lavfi', '-i', `testsrc=s=64x48:r=1:d=${LASTS_S}`, '-c:v', 'mpeg4', base);
  });
  afterAll(() => clips.remove());

  async function card(...made: readonly Clip[]): Promise<string> {
    const root = join(home, 'card');
    for (const { path, writtenMs, endMs } of made) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      const created = writtenMs === undefined ? [] : ['-metadata', `creation_time=${new Date(writtenMs).toISOString()}`];
      await ffmpeg('-i', base, '-c', 'copy', ...created, file);
      await utimes(file, endMs / 1000, endMs / 1000);
    }
    return root;
  }

  async function recordings(station: Station) {
    const details = await station.ledger.recordings.list({ limit: 100 });
    return details
      .map(({ recording, originals }) => ({ ...recording, path: originals[0]?.cardPath ?? '', first: originals[0] }))
      .sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  const amba = (number: number) => `DCIM/100MEDIA/AMBA${String(number).padStart(4, '0')}.MP4`;
  const end = (startMs: number) => startMs + LASTS_S * 1000;

  it.each([
    ['UTC', 0, 'utc-start'],
    ['wall clock', 8 * HOUR, 'local-start'],
  ])('is told by a container that holds %s, with everything that told it in ledger and manifest', async (_what, ahead, reading) => {
    const starts = [0, 1, 2].map((place) => START + place * HOUR);
    const root = await card(...starts.map((at, place) => ({ path: amba(place + 1), writtenMs: at + ahead, endMs: end(at) })));
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(root), 'R1', 1)).safe();
    const found = await recordings(station);
    expect(found.map(({ startMs }) => startMs)).toEqual(starts);
    expect(found.map(({ claimedStart }) => claimedStart)).toEqual(['2026-06-20T15:30:12', '2026-06-20T16:30:12', '2026-06-20T17:30:12']);
    expect(found.map(({ notes }) => notes)).toEqual([[], [], []]);
    const { id, startClaims } = found[0] ?? { id: '', startClaims: [] };
    expect(startClaims).toEqual([
      expect.objectContaining({ source: 'container', reading, verdict: 'used', startMs: START, durationMs: LASTS_S * 1000 }),
      expect.objectContaining({ source: 'mtime', reading: 'instant-end', verdict: 'agrees', startMs: START }),
    ]);
    const manifest = JSON.parse(Buffer.from(await station.vault.readSmall(manifestKey(id, 1))).toString());
    expect(manifest).toMatchObject({
      v: 3,
      recording: { startClaims: [{ source: 'container', reading, start: new Date(START).toISOString() }, {}] },
    });
    await station.close();
  });

  it('of one odd file in its row is told by its neighbours, and the odd time is kept', async () => {
    const starts = [0, 1, 2, 3].map((place) => START + place * HOUR);
    const made = starts.map((at, place) => ({ path: amba(place + 1), writtenMs: at, endMs: end(at) }));
    // The date is possible, and the third file has it alone.
    const root = await card(...made.map((clip, place) => (place === 2 ? { ...clip, writtenMs: START - 500 * 24 * HOUR } : clip)));
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(root), 'R1', 1)).safe();
    const found = await recordings(station);
    expect(found.map(({ startMs }) => startMs)).toEqual(starts);
    expect(found.map(({ claimedFrom }) => claimedFrom)).toEqual(['container', 'container', 'mtime', 'container']);
    expect(found.map(({ notes }) => notes.length)).toEqual([0, 0, 1, 0]);
    expect(found[2]?.startClaims.map(({ source, why }) => [source, why])).toEqual([
      ['container', 'outside-neighbours'],
      ['mtime', null],
      ['neighbours', null],
    ]);
    await station.close();
  });

  it('is told by satellites where the clock of the recorder is wrong', async () => {
    const late = START - 40 * 60_000;
    const path = 'DCIM/20260620/DSJ0012345_041234_20260620145012_0007.MP4';
    const root = await card({ path, writtenMs: late, endMs: end(late) });
    const sentence = (time: string) => `$GNRMC,${time},A,3113.1,N,12128.2,E,0.5,12.0,200626,,,A\r\n`;
    const track = join(root, path.replace('.MP4', '.NMEA'));
    await writeFile(track, sentence('073020.00') + sentence('073130.00'));
    await utimes(track, end(late) / 1000, end(late) / 1000);
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(root), 'R1', 1)).safe();
    const [found] = await recordings(station);
    expect(found).toMatchObject({ startMs: Date.parse('2026-06-20T07:30:20Z'), claimedFrom: 'gps', claimedStart: '2026-06-20T15:30:20' });
    expect(found?.notes).toEqual([
      { code: 'time-uncertain', parameters: { from: 'file-name', claim: '2026-06-20T14:50:12', differenceS: -2408 } },
    ]);
    await station.close();
  });

  it('is asked of no header again when the card is docked again, and a new file is read as the others were', async () => {
    const root = await card(
      { path: amba(1), writtenMs: START, endMs: end(START) },
      { path: amba(2), writtenMs: START + HOUR, endMs: end(START + HOUR) },
    );
    const station = await intakeStation(join(home, 's'));
    const first = await station.dock(station.plain(root), 'R1', 1);
    await first.safe();
    await first.pull();
    // A clip whose time of change is that of a copy: only the others tell that its container holds UTC.
    await card({ path: amba(3), writtenMs: START + 2 * HOUR, endMs: START + 20 * HOUR });
    const headers: string[] = [];
    const counted = withHeaders(station.plain(root), async (path) => void headers.push(path));
    await (await station.dock(counted, 'R1', 1)).safe();
    expect(new Set(headers)).toEqual(new Set([amba(3)]));
    const found = await recordings(station);
    expect(found.map(({ startMs }) => startMs)).toEqual([START, START + HOUR, START + 2 * HOUR]);
    expect(found[2]?.startClaims[0]).toMatchObject({ source: 'container', reading: 'utc-start', verdict: 'used' });
    await station.close();
  });

  it('whose header hangs is that of the file; the card is taken for all that, and a pull ends the listing at once', async () => {
    const root = await card({ path: amba(1), writtenMs: START, endMs: end(START) });
    const station = await intakeStation(join(home, 's'));
    const release = Promise.withResolvers<void>();
    const hanging = () => withHeaders(station.plain(root), () => release.promise);
    const pulled = await station.dock(hanging(), 'R2', 2);
    const begun = performance.now();
    await pulled.pull();
    expect(performance.now() - begun).toBeLessThan(1500);
    await (await station.dock(hanging(), 'R1', 1)).safe();
    expect(await recordings(station)).toMatchObject([{ startMs: end(START), claimedFrom: 'mtime', notes: [] }]);
    release.resolve();
    await station.close();
  });

  it('changes when the transcoder learns more, if it was that of the file alone, and custody tells from what', async () => {
    const root = join(home, 'card');
    const path = 'DCIM/100MEDIA/MOVI0001.TS';
    await mkdir(dirname(join(root, path)), { recursive: true });
    await ffmpeg('-i', base, '-c:v', 'mpeg2video', join(root, path));
    await utimes(join(root, path), end(START) / 1000, end(START) / 1000);
    const station = await intakeStation(join(home, 's'), undefined, { unknown: 'take' });
    await (await station.dock(station.plain(root), 'R1', 1)).safe();
    const [before] = await recordings(station);
    expect(before).toMatchObject({ startMs: end(START), claimedFrom: 'mtime' });

    // Who has the recorder changes between the file's time and the real start.
    await station.ledger.transaction(async (writer) => {
      const holding = { id: anId('hld'), serial: 'R1', officerId: '5', fromMs: START - HOUR, toMs: START + 60_000 };
      await writer.registry.upsertHolding(holding);
      const span = { from: new Date(holding.fromMs).toISOString(), to: new Date(holding.toMs).toISOString() };
      const data = { holding: holding.id, officer: '5', ...span };
      await writer.custody.append(TakenOut.make({ atMs: START, actor: cli('root'), subject: subject('recorder', 'R1'), data }));
    });
    const { run } = deriving({ ledger: station.ledger, vault: station.disk, directory: home });
    await run(before?.id ?? '');
    const [after] = await recordings(station);
    expect([before?.officerId, after?.officerId, after?.officerSource]).toEqual([null, '5', 'holder']);
    expect(Math.abs((after?.startMs ?? 0) - START)).toBeLessThan(2000);
    expect(after?.startClaims).toMatchObject([{ source: 'mtime', verdict: 'used' }]);
    const changed = (await station.ledger.custody.of(about(before?.id ?? ''))).filter(({ type }) => type === 'recording.start-changed');
    expect(changed.map(({ data }) => data)).toMatchObject([
      {
        old: { claimedFrom: 'mtime', start: new Date(end(START)).toISOString() },
        new: { claimedFrom: 'mtime', start: new Date(after?.startMs ?? 0).toISOString() },
      },
    ]);
    // Once more, and nothing is new.
    await run(before?.id ?? '');
    expect(
      (await station.ledger.custody.of(about(before?.id ?? ''))).filter(({ type }) => type === 'recording.start-changed'),
    ).toHaveLength(1);
    await station.close();
  });
});

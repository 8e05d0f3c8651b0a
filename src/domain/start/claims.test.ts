import { describe, expect, it } from 'vitest';
import { offsetOfClaim } from '#domain/recorder/former-clock';
import type { Bounds } from './claim.ts';
import { decideStart } from './claims.ts';
import { type ClockFacts, readingsOf, type Sighting } from './readings.ts';

// Goal: each rule on how the start of a recording is found, by an example that can be read. Cards at random: start-claims.property.test.ts.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2026-06-20 15:30:12 in Shanghai. */
const START = Date.parse('2026-06-20T07:30:12Z');
const LASTS = 5 * MINUTE;

const facts = (more: Partial<ClockFacts> = {}): ClockFacts => ({
  zone: 'Asia/Shanghai',
  offsetOf: () => 0,
  dockedMs: Date.parse('2026-06-21T00:00:00Z'),
  madeSince: 2008,
  ...more,
});

/** A clip of five minutes, with nothing but the time of its file, which is its end. */
const clip = (more: Partial<Sighting> = {}): Sighting => ({
  kind: 'video',
  name: null,
  writtenMs: null,
  durationMs: LASTS,
  mtimeMs: START + LASTS,
  gps: null,
  row: 'r',
  ...more,
});

const NAME = '2026-06-20T15:30:12';

function decide(sighting: Sighting, about: ClockFacts = facts(), card: readonly Sighting[] = [sighting], bounds: Bounds | null = null) {
  const decision = decideStart(sighting, readingsOf(card, about), about, bounds);
  const verdicts = Object.fromEntries(decision.claims.map(({ source, verdict, why }) => [source, why ?? verdict]));
  const start = decision.startMs === null ? null : new Date(decision.startMs).toISOString();
  return { ...decision, start, verdicts, codes: decision.notes.map(({ code }) => code) };
}

describe('a container', () => {
  it('that writes UTC is not eight hours early, and one that writes wall clock not eight hours late', () => {
    const utc = decide(clip({ writtenMs: START }));
    const wall = decide(clip({ writtenMs: START + 8 * HOUR }));
    for (const { start, claimedStart, claimedFrom, codes } of [utc, wall])
      expect({ start, claimedStart, claimedFrom, codes }).toEqual({
        start: new Date(START).toISOString(),
        claimedStart: NAME,
        claimedFrom: 'container',
        codes: [],
      });
    expect([utc, wall].map(({ claims }) => claims[0]?.reading)).toEqual(['utc-start', 'local-start']);
  });

  it('that writes its end is not late by its length', () => {
    const { start, claims } = decide(clip({ name: NAME, writtenMs: START + 8 * HOUR + LASTS }));
    expect(start).toBe(new Date(START).toISOString());
    expect(claims.find(({ source }) => source === 'container')).toMatchObject({ reading: 'local-end', verdict: 'agrees' });
  });

  it.each([
    ['the date of its factory', Date.UTC(2016, 0, 1), undefined],
    ['a time after the docking', Date.UTC(2036, 1, 7), 'after-docking'],
    ['a time before its make', Date.UTC(2004, 4, 5), 'before-make'],
  ])('with %s is not believed, but kept and marked', (_what, writtenMs, why) => {
    const { start, verdicts, notes, claimedFrom } = decide(clip({ writtenMs }));
    expect([start, claimedFrom]).toEqual([new Date(START).toISOString(), 'mtime']);
    expect(verdicts['container']).toBe(why ?? 'differs');
    expect(notes).toEqual([{ code: 'time-uncertain', parameters: expect.objectContaining({ from: 'container' }) }]);
  });

  it('with the same time as other files is believed less than the time of its file', () => {
    const card = [0, 1, 2].map((place) => clip({ writtenMs: Date.UTC(2021, 4, 5), mtimeMs: START + LASTS + place * HOUR }));
    const { start, verdicts } = decide(card[0] as Sighting, facts(), card);
    expect([start, verdicts['container']]).toEqual([new Date(START).toISOString(), 'repeated']);
  });

  it('is believed where the files were copied, whose times overlap then; nothing tells its zone, so it is uncertain', () => {
    const copied = Date.parse('2026-06-20T20:00:00Z');
    const card = [0, 1, 2].map((place) => clip({ writtenMs: START + place * HOUR, mtimeMs: copied + place * 1000 }));
    const { claimedStart, verdicts, codes } = decide(card[0] as Sighting, facts(), card);
    expect([claimedStart, verdicts, codes]).toEqual(['2026-06-20T07:30:12', { container: 'used', mtime: 'differs' }, ['time-uncertain']]);
    const told = decide(card[0] as Sighting, facts({ containerTime: 'utc-start' }), card);
    expect(told.claimedStart).toBe(NAME);
  });

  it('of the first of January is believed where the times of files are those of a copy', () => {
    const day = Date.parse('2026-01-01T01:00:00Z');
    const card = [0, 1, 2].map((place) => clip({ writtenMs: day + place * HOUR, mtimeMs: START + place * 1000 }));
    expect(decide(card[1] as Sighting, facts({ containerTime: 'utc-start' }), card)).toMatchObject({
      startMs: day + HOUR,
      claimedFrom: 'container',
    });
    const alone = card.slice(1, 2);
    expect(decide(card[1] as Sighting, facts({ containerTime: 'utc-start' }), alone)).toMatchObject({ claimedFrom: 'mtime' });
  });

  it('that was read otherwise than those of the other files, since its settings were changed, agrees by its own reading', () => {
    const card = [0, 1, 2, 3].map((place) => clip({ writtenMs: START + place * HOUR, mtimeMs: START + place * HOUR + LASTS }));
    const changed = clip({ writtenMs: START + 12 * HOUR, mtimeMs: START + 4 * HOUR + LASTS });
    const { startMs, codes, claims } = decide(changed, facts(), [...card, changed]);
    expect([startMs, codes, claims[0]?.reading]).toEqual([START + 4 * HOUR, [], 'local-start']);
  });

  it('that nothing else can be compared with is marked with its other reading', () => {
    const unknown = clip({ kind: 'video', writtenMs: START, mtimeMs: Date.UTC(1980, 0, 1) });
    const { claimedFrom, notes } = decide(unknown);
    expect(claimedFrom).toBe('container');
    expect(notes[0]).toMatchObject({ code: 'time-uncertain', parameters: { from: 'mtime' } });
  });
});

describe('a name', () => {
  it('is used where others agree with it, and where as many say otherwise', () => {
    expect(decide(clip({ name: NAME, writtenMs: START })).verdicts).toEqual({ 'file-name': 'used', container: 'agrees', mtime: 'agrees' });
    const odd = decide(clip({ name: NAME, mtimeMs: START + 3 * HOUR }));
    expect(odd.verdicts).toEqual({ 'file-name': 'used', mtime: 'differs' });
    expect(odd.notes).toEqual([
      { code: 'time-uncertain', parameters: { from: 'mtime', claim: '2026-06-20T18:25:12', differenceS: 10_500 } },
    ]);
  });

  it('that stands alone against container and file is kept, not used', () => {
    const { start, verdicts, notes } = decide(clip({ name: '2026-06-19T11:00:00', writtenMs: START }));
    expect([start, verdicts['file-name']]).toEqual([new Date(START).toISOString(), 'differs']);
    expect(notes[0]?.parameters).toMatchObject({ from: 'file-name', claim: '2026-06-19T11:00:00' });
  });

  it('is not marked by a file that ends within the minute after it, nor by one whose length nobody knows', () => {
    expect(decide(clip({ name: NAME, mtimeMs: START + LASTS + 50_000 })).codes).toEqual([]);
    expect(decide(clip({ name: NAME, durationMs: null, mtimeMs: START + HOUR })).codes).toEqual([]);
    expect(decide(clip({ name: NAME, mtimeMs: START + LASTS + 70_000 })).codes).toEqual(['time-uncertain']);
    expect(decide(clip({ kind: 'log', name: NAME, durationMs: null, mtimeMs: START - HOUR })).codes).toEqual(['time-uncertain']);
  });
});

describe('the clock of the recorder', () => {
  it('corrects what it wrote before anything is called impossible', () => {
    const years = 26 * 365 * 24 * HOUR;
    const dead = clip({ name: '2000-06-26T15:30:12', mtimeMs: Date.parse('2000-06-26T07:35:12Z') });
    expect(decide(dead, facts({ offsetOf: () => years })).start).toMatch(/^2026-06-2/);
    const { start, claimedStart, codes, verdicts } = decide(dead, facts({ offsetOf: () => null }));
    expect([start, claimedStart, codes]).toEqual([null, '2000-06-26T15:30:12', ['time-unknown']]);
    expect(verdicts).toEqual({ 'file-name': 'before-make', mtime: 'before-make' });
  });

  it('that nobody measured may be ahead by summer time and some minutes', () => {
    const ahead = clip({ name: '2026-06-21T09:00:00', mtimeMs: Date.parse('2026-06-21T01:05:00Z') });
    const { startMs, notes } = decide(ahead, facts({ offsetOf: () => null }));
    expect(startMs).toBe(Date.parse('2026-06-21T01:00:00Z'));
    expect(notes).toEqual([{ code: 'time-uncertain', parameters: expect.objectContaining({ from: 'docking', differenceS: -3600 }) }]);
    expect(decide(ahead).codes).toEqual(['time-unknown']);
  });

  it('of before it was set corrects what it wrote, and satellites need no correction', () => {
    const former = [{ setAtMs: START + 2 * HOUR, offsetMs: HOUR }];
    const offsetOf = (ms: number) => offsetOfClaim(ms, { former, offsetMs: 0, nowMs: START + 20 * HOUR });
    const behind = clip({ name: '2026-06-20T14:30:12', mtimeMs: START - HOUR + LASTS });
    expect(decide(behind, facts({ offsetOf }))).toMatchObject({ start: new Date(START).toISOString(), clockOffsetMs: HOUR, codes: [] });
    const gps = { firstMs: START + 10_000, lastMs: START + LASTS };
    expect(decide({ ...behind, gps }, facts({ offsetOf }))).toMatchObject({
      start: new Date(START).toISOString(),
      claimedFrom: 'file-name',
      codes: [],
    });
  });
});

describe('satellites', () => {
  const gps = { firstMs: START + 15_000, lastMs: START + LASTS - 5000 };

  it('are believed where the clock of the recorder is wrong', () => {
    const late = clip({ name: '2026-06-20T15:12:12', writtenMs: START - 18 * MINUTE, mtimeMs: START - 18 * MINUTE + LASTS, gps });
    const { startMs, claimedFrom, claimedStart, verdicts, notes } = decide(late);
    expect([startMs, claimedFrom, claimedStart]).toEqual([gps.firstMs, 'gps', '2026-06-20T15:30:27']);
    expect(verdicts).toEqual({ 'file-name': 'differs', gps: 'used', container: 'differs', mtime: 'differs' });
    expect(notes[0]?.parameters).toMatchObject({ from: 'file-name', differenceS: -1095 });
  });

  it('are not corrected by the offset of the recorder', () => {
    const wrong = clip({ name: '2026-06-20T12:00:00', mtimeMs: START - 3 * HOUR, gps });
    expect(decide(wrong, facts({ offsetOf: () => 10 * MINUTE }))).toMatchObject({ startMs: gps.firstMs, claimedFrom: 'gps' });
  });

  it('choose the reading of a container', () => {
    const { start, claimedFrom } = decide(clip({ writtenMs: START + 8 * HOUR, mtimeMs: Date.parse('2026-06-20T20:00:00Z'), gps }));
    expect([start, claimedFrom]).toEqual([new Date(START).toISOString(), 'container']);
  });

  it('that were found late in the clip agree with its start; a track of the whole day with every clip of it', () => {
    expect(decide(clip({ name: NAME, gps: { firstMs: START + 4 * MINUTE, lastMs: START + LASTS } })).verdicts).toMatchObject({
      gps: 'agrees',
    });
    const day = { firstMs: START - 3 * HOUR, lastMs: START + 5 * HOUR };
    expect(decide(clip({ name: NAME, gps: day })).verdicts).toEqual({ 'file-name': 'used', gps: 'agrees', mtime: 'agrees' });
  });

  it('that only agree as wall clock: written by a clock that was measured, or by one that may run in UTC', () => {
    const wall = clip({ name: NAME, gps: { firstMs: gps.firstMs + 8 * HOUR, lastMs: gps.lastMs + 8 * HOUR } });
    expect(decide(wall)).toMatchObject({ start: new Date(START).toISOString(), codes: [], verdicts: { gps: 'agrees' } });
    const unmeasured = decide(wall, facts({ offsetOf: () => null }));
    expect(unmeasured).toMatchObject({ start: new Date(START).toISOString(), codes: ['time-uncertain'], verdicts: { gps: 'differs' } });
  });

  it('of a week that was counted over are not believed', () => {
    const rolled = { firstMs: gps.firstMs - 1024 * 7 * 24 * HOUR, lastMs: gps.lastMs - 1024 * 7 * 24 * HOUR };
    expect(decide(clip({ name: NAME, gps: rolled })).verdicts).toMatchObject({ 'file-name': 'used', gps: 'before-make' });
  });
});

describe('neighbours in the row', () => {
  const bounds = { fromMs: START - HOUR, toMs: START + HOUR };

  it('tell which of two claims is right', () => {
    const odd = clip({ writtenMs: START - 700 * 24 * HOUR });
    expect(decide(odd, facts({ containerTime: 'utc-start' })).claimedFrom).toBe('container');
    const bounded = decide(odd, facts({ containerTime: 'utc-start' }), [odd], bounds);
    expect([bounded.claimedFrom, bounded.verdicts]).toEqual([
      'mtime',
      { container: 'outside-neighbours', mtime: 'used', neighbours: 'agrees' },
    ]);
  });

  it('show a clock that had begun anew', () => {
    const anew = clip({ name: '2017-01-01T00:03:00', mtimeMs: Date.parse('2016-12-31T16:08:00Z') });
    expect(decide(anew).codes).toEqual([]);
    const { start, codes, verdicts } = decide(anew, facts(), [anew], bounds);
    expect([start, codes, verdicts['file-name']]).toEqual([null, ['time-unknown'], 'clock-restarted']);
  });

  it('mark what all claims of a file say against them', () => {
    const { startMs, notes } = decide(clip({ name: NAME }), facts(), [clip({ name: NAME })], { fromMs: START + 3 * HOUR, toMs: null });
    expect(startMs).toBe(START);
    expect(notes).toEqual([
      { code: 'time-uncertain', parameters: { from: 'neighbours', claim: '2026-06-20T18:30:12', differenceS: 10_800 } },
    ]);
  });
});

describe('summer time', () => {
  const berlin = facts({ zone: 'Europe/Berlin', dockedMs: Date.parse('2026-12-01T00:00:00Z') });

  it('leaves out an hour: a clock that shows it was not put forward', () => {
    const { start, codes } = decide(clip({ name: '2026-03-29T02:30:00', mtimeMs: Date.parse('2026-03-29T01:35:00Z') }), berlin);
    expect([start, codes]).toEqual(['2026-03-29T01:30:00.000Z', ['time-skipped']]);
  });

  it.each([
    ['first', '2026-10-25T00:30:00.000Z'],
    ['second', '2026-10-25T01:30:00.000Z'],
  ])('comes to its end with an hour twice: what knows the moment tells the %s', (_which, moment) => {
    const doubled = clip({ name: '2026-10-25T02:30:00', writtenMs: Date.parse(moment), mtimeMs: Date.parse(moment) + LASTS });
    const { start, notes } = decide(doubled, facts({ ...berlin, containerTime: 'utc-start', fileTimes: 'instant' }));
    expect([start, notes]).toEqual([moment, [{ code: 'time-doubled', parameters: { claim: '2026-10-25T02:30:00', differenceS: 3600 } }]]);
  });

  it('does not move the times of FAT, which are read in standard time', () => {
    const fat = clip({ mtimeMs: START + LASTS });
    expect(decide(fat, facts({ ...berlin, fileTimes: 'standard' })).start).toBe('2026-06-20T06:30:12.000Z');
    expect(decide(fat, facts({ ...berlin, fileTimes: 'instant' })).start).toBe('2026-06-20T07:30:12.000Z');
    // Nobody told how the file's time was read, so the name decides.
    expect(decide({ ...fat, name: '2026-06-20T08:30:12' }, berlin).verdicts).toEqual({ 'file-name': 'used', mtime: 'agrees' });
  });
});

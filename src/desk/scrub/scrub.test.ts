/*
 * Goal: what rots is found, judged by the sealed digest alone, and healed only from what was read whole in the same run; nothing good is touched, nothing bad is
 * lost, and too many faults stop the hand that heals. Method: the real ledger, vault and archive (a directory); bytes are changed on the disk.
 */

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { noLocks } from '#adapters/disk/no-locks';
import { ArchiveRecords } from '#archive/archive-records';
import { ArchiveStage } from '#archive/archive-stage';
import { sha256Hex as sha256Of } from '#domain/canonical-json';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { hoursOf } from '#domain/time/hours';
import { workId } from '#domain/work';
import type { FaultPoint } from '#ports/fault-points';
import { cli } from '#test/support/custody';
import { type SealedStation, sealedStation } from '#test/support/disposal';
import { claimed } from '#test/support/ledger/claims';
import { contradictionsIn } from '#test/support/ledger/replayed';
import type { ScrubDeps } from './deps.ts';
import { orderScrub, type ScrubOrder } from './orders.ts';
import { ScrubLane } from './scrubber.ts';
import { scrubStanding } from './standing.ts';

const DAY_MS = 86_400_000;
const signal = new AbortController().signal;
let station: SealedStation;
let archive: DiskArchive;
let notices: string[];
let deps: ScrubDeps;

beforeEach(async () => {
  station = await sealedStation();
  archive = new DiskArchive({
    directory: join(station.directory, 'archive'),
    limiter: { pieceBytes: 65_536, take: async () => undefined },
    faults: { reached: () => undefined },
    stationId: 'test',
  });
  await archive.open(false);
  notices = [];
  const { ledger, vault, clock } = station;
  deps = {
    ...{
      ledger,
      vault,
      clock,
      archive,
      log: pino({ level: 'silent' }),
      stationId: 'test1',
      isBusy: () => false,
      pokeWork: () => undefined,
    },
    clockWatch: { state: () => ({ kind: 'steady' }) },
    limits: { vaultMs: 90 * DAY_MS, archiveMs: 180 * DAY_MS, bytesPerSecond: 1e9, faultsMax: 3 },
    faults: { reached: () => undefined },
    notice: ({ what, place }) => notices.push(`${what} ${place}`),
  };
});
afterEach(async () => {
  await archive.close();
  await station.close();
});

const inVault = ({ vaultKey }: Original) => join(station.directory, 'vault', vaultKey);
const inArchive = ({ vaultKey }: Original) => join(station.directory, 'archive', vaultKey);
const turn = (place = 'vault', more: Partial<ScrubDeps> = {}) => new ScrubLane({ ...deps, ...more }, place).turn(signal);
const typesOf = async ({ recordingId }: Original) =>
  (await station.ledger.custody.of(subject('recording', recordingId)))
    .map(({ type }) => type)
    .filter((type) => /^(copy|file|fixity)\./.test(type));
const copiesOf = async ({ recordingId }: Original) =>
  (await station.ledger.recordings.copies(recordingId)).map(({ where }) => where).sort();
const quarantined = () => {
  const path = join(station.directory, 'vault/quarantine');
  return existsSync(path) ? readdirSync(path).map((name) => readFileSync(join(path, name))) : [];
};

/** An original whose bytes the archive has too. */
async function both(bytes: Buffer = randomBytes(100_000)): Promise<Original> {
  const original = await station.seal({ bytes });
  await archive.put({
    ...{ key: original.vaultKey, bytes: bytes.length, sha256: sha256Of(bytes), mediaType: 'video/mp4' },
    open: async (range) => Readable.from([bytes.subarray(range.start, range.end)]),
  });
  station.clock.advance(1000);
  return original;
}

/** Changes a file behind the station's back. */
function spoil(path: string, how: (path: string) => void): void {
  chmodSync(path, 0o600);
  how(path);
}
const flipBit = (path: string) => {
  const bytes = readFileSync(path);
  bytes[50_000] = (bytes[50_000] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

describe('a good copy', () => {
  it.each(['vault', 'disk'])('in %s is noted with the time, on record, and nothing else changes', async (place) => {
    const original = await both();
    station.clock.advance(DAY_MS);
    expect((await turn(place)).outcome).toBe('same');
    const copies = await station.ledger.recordings.copies(original.recordingId);
    expect(copies.find(({ where }) => where === place)?.verifiedAtMs).toBe(station.clock.nowMs());
    expect((await typesOf(original)).at(-1)).toBe('fixity.checked');
    expect(notices).toEqual([]);
  });

  it('is one reading for all hard links to it', async () => {
    const bytes = randomBytes(5000);
    const [one, other] = [await station.seal({ bytes }), await station.seal({ bytes })];
    rmSync(inVault(other));
    linkSync(inVault(one), inVault(other));
    station.clock.advance(DAY_MS);
    await turn();
    for (const { recordingId } of [one, other])
      expect((await station.ledger.recordings.copies(recordingId)).find(({ where }) => where === 'vault')?.verifiedAtMs).toBe(
        station.clock.nowMs(),
      );
  });

  it('with the same bytes in a file of its own is read on its own', async () => {
    const bytes = randomBytes(5000);
    const originals = [await station.seal({ bytes }), await station.seal({ bytes })];
    station.clock.advance(DAY_MS);
    await turn();
    const checks = await Promise.all(originals.map(({ recordingId }) => station.ledger.recordings.copies(recordingId)));
    const times = checks
      .flat()
      .filter(({ where }) => where === 'vault')
      .map(({ verifiedAtMs }) => verifiedAtMs);
    expect(times.filter((ms) => ms === station.clock.nowMs())).toHaveLength(1);
  });
});

describe('a bad file of the vault', () => {
  it.each([
    ['a bit flipped', flipBit],
    ['it cut short', (path: string) => truncateSync(path, 77)],
    ['other content of its length in it', (path: string) => writeFileSync(path, randomBytes(100_000))],
  ])('with %s is set aside and healed from the archive', async (_, how) => {
    const original = await both();
    spoil(inVault(original), how);
    const bad = readFileSync(inVault(original));
    expect((await turn()).outcome).toBe('healed');
    expect(sha256Of(readFileSync(inVault(original)))).toBe(original.digests?.sha256);
    expect(statSync(inVault(original)).mode & 0o777).toBe(0o440);
    expect(quarantined()).toEqual([bad]);
    expect(notices).toEqual(['bad vault', 'healed vault']);
    expect(await typesOf(original)).toEqual(
      expect.arrayContaining(['fixity.checked', 'copy.corrupt', 'file.quarantined', 'fixity.checked', 'copy.healed']),
    );
    expect(await station.ledger.scrubs.openFaults('vault', 5)).toEqual([]);
    expect(contradictionsIn(station.file)).toEqual([]);
    expect((await turn()).outcome).toBe('same');
  });

  it('swapped with the file of another original is healed, and so is the other', async () => {
    const [one, other] = [await both(), await both()];
    const [a, b] = [readFileSync(inVault(one)), readFileSync(inVault(other))];
    spoil(inVault(one), (path) => writeFileSync(path, b));
    spoil(inVault(other), (path) => writeFileSync(path, a));
    expect([(await turn()).outcome, (await turn()).outcome]).toEqual(['healed', 'healed']);
    expect([readFileSync(inVault(one)).equals(a), readFileSync(inVault(other)).equals(b)]).toEqual([true, true]);
  });

  it('that is gone is fetched, and nothing is set aside', async () => {
    const original = await both();
    rmSync(inVault(original));
    expect((await turn()).outcome).toBe('healed');
    expect(sha256Of(readFileSync(inVault(original)))).toBe(original.digests?.sha256);
    expect(quarantined()).toEqual([]);
  });

  it('stays where it is when the archive is bad too: no majority, and the run goes on', async () => {
    const original = await both();
    const next = await both();
    const wrong = randomBytes(100_000);
    for (const path of [inVault(original), inArchive(original)]) spoil(path, (at) => writeFileSync(at, wrong));
    expect((await turn()).outcome).toBe('lost');
    expect(readFileSync(inVault(original)).equals(wrong)).toBe(true);
    expect([await copiesOf(original), quarantined()]).toEqual([['disk', 'vault'], []]);
    expect(notices).toEqual(['bad vault', 'lost vault']);
    expect((await typesOf(original)).at(-1)).toBe('copy.none-good');
    expect((await turn()).outcome).toBe('same');
    expect((await station.ledger.recordings.copies(next.recordingId)).map(({ verifiedAtMs }) => verifiedAtMs)).toContain(
      station.clock.nowMs(),
    );
    station.clock.advance(DAY_MS + 1);
    expect((await turn()).outcome).toBe('lost');
    expect((await typesOf(original)).filter((type) => type === 'copy.none-good')).toHaveLength(1);
    expect(notices).toHaveLength(2);
  });

  it('that one reading alone calls bad is good', async () => {
    const original = await both();
    let reads = 0;
    const vault = new Proxy(station.vault, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'reread') return typeof value === 'function' ? value.bind(target) : value;
        return async (...asked: Parameters<typeof target.reread>) => {
          const read = await target.reread(...asked);
          reads += 1;
          return reads === 1 ? { ...read, digests: { ...read.digests, sha256: 'ab'.repeat(32) } } : read;
        };
      },
    });
    expect((await turn('vault', { vault })).outcome).toBe('same');
    expect([quarantined(), notices, reads]).toEqual([[], [], 2]);
    expect(await typesOf(original)).not.toContain('copy.corrupt');
  });

  it('that cannot be read is told, kept, tried again in a day, and holds up nothing', async () => {
    const original = await both();
    await both();
    const broken = new Proxy(station.vault, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'reread') return typeof value === 'function' ? value.bind(target) : value;
        return async (key: string, options: Parameters<typeof target.reread>[1]) => {
          if (key === original.vaultKey) throw new EvidockError('vault.read-failed', because('thing-errno', { thing: key, errno: 'EIO' }));
          return target.reread(key, options);
        };
      },
    });
    expect((await turn('vault', { vault: broken })).outcome).toBe('unread');
    expect((await turn('vault', { vault: broken })).outcome).toBe('same');
    expect([notices, existsSync(inVault(original))]).toEqual([['unread vault'], true]);
    station.clock.advance(DAY_MS + 1);
    expect((await turn()).outcome).toBe('same');
    expect(await station.ledger.scrubs.openFaults('vault', 5)).toEqual([]);
    expect(await typesOf(original)).not.toContain('copy.healed');
  });

  it.each(['w38-corrupt-aside', 'w39-copy-restored'] as const)('is whole after an end at %s', async (point) => {
    const original = await both();
    spoil(inVault(original), flipBit);
    const faults = {
      reached: (at: FaultPoint) => {
        if (at === point) throw new Error('killed');
      },
    };
    await expect(turn('vault', { faults })).rejects.toThrow('killed');
    station.clock.advance(600_001);
    expect(['healed', 'same']).toContain((await turn()).outcome);
    expect(sha256Of(readFileSync(inVault(original)))).toBe(original.digests?.sha256);
    expect(await station.ledger.scrubs.openFaults('vault', 5)).toEqual([]);
    expect(quarantined()).toHaveLength(1);
    expect([(await typesOf(original)).filter((type) => type === 'copy.healed').length, notices.at(-1)]).toEqual([1, 'healed vault']);
    expect(contradictionsIn(station.file)).toEqual([]);
  });
});

describe('a bad copy of the archive', () => {
  it('is withdrawn, so that the archive work stores it anew from the vault', async () => {
    const original = await both();
    spoil(inArchive(original), flipBit);
    expect((await turn('disk')).outcome).toBe('healing');
    expect(await copiesOf(original)).toEqual(['vault']);
    expect((await station.ledger.work.get(workId('archive', original.recordingId)))?.state).toBe('waiting');
    expect(existsSync(inArchive(original))).toBe(true);
    // Nothing is healed yet: the archive holds nothing that anybody has read.
    expect([notices, await typesOf(original)]).toEqual([['bad disk'], expect.not.arrayContaining(['copy.healed'])]);
    expect(await station.ledger.scrubs.openFaults('disk', 5)).toMatchObject([{ kind: 'bad' }]);
  });

  it.each(['readback', 'head'] as const)(
    'is healed when the new one is stored and read back whole, also where the archive is else looked at by %s alone',
    async (verify) => {
      const original = await both();
      spoil(inArchive(original), flipBit);
      const bad = readFileSync(inArchive(original));
      await turn('disk');
      await archiveAgain(original, verify);
      expect(sha256Of(readFileSync(inArchive(original)))).toBe(original.digests?.sha256);
      expect(await copiesOf(original)).toEqual(expect.arrayContaining(['disk', 'vault']));
      expect((await typesOf(original)).filter((type) => type !== 'fixity.checked')).toEqual([
        'copy.corrupt',
        'copy.withdrawn',
        'copy.healed',
      ]);
      const [healed] = (await station.ledger.custody.of(subject('recording', original.recordingId))).filter(
        ({ type }) => type === 'copy.healed',
      );
      expect(healed?.data).toMatchObject({ place: 'disk', from: 'vault' });
      expect(await station.ledger.scrubs.openFaults('disk', 5)).toEqual([]);
      expect(notices).toEqual(['bad disk', 'healed disk']);
      // Nothing was destroyed by it: what was bad lies beside the new file.
      const aside = readdirSync(dirname(inArchive(original))).filter((name) => name.endsWith('.aside'));
      expect(aside.map((name) => readFileSync(join(dirname(inArchive(original)), name)))).toEqual([bad]);
      expect(contradictionsIn(station.file)).toEqual([]);
    },
  );

  it('is not said to be healed twice, nor of a copy that never was bad', async () => {
    const [original, other] = [await both(), await both()];
    spoil(inArchive(original), flipBit);
    for (let n = 0; n < 2; n += 1) await turn('disk');
    await archiveAgain(original, 'head');
    station.clock.advance(1000);
    for (let n = 0; n < 3; n += 1) await turn('disk');
    expect((await typesOf(original)).filter((type) => type === 'copy.healed')).toHaveLength(1);
    expect(await typesOf(other)).not.toContain('copy.healed');
  });

  it('is healed although the station ended right after it was withdrawn', async () => {
    const original = await both();
    spoil(inArchive(original), flipBit);
    const faults = {
      reached: (at: FaultPoint) => {
        if (at === 'w45-bad-copy-withdrawn') throw new Error('killed');
      },
    };
    await expect(turn('disk', { faults })).rejects.toThrow('killed');
    await archiveAgain(original, 'head');
    expect((await typesOf(original)).at(-1)).toBe('copy.healed');
  });

  it('stays on record where the vault is bad too', async () => {
    const original = await both();
    spoil(inArchive(original), flipBit);
    spoil(inVault(original), (path) => truncateSync(path, 5));
    expect((await turn('disk')).outcome).toBe('lost');
    expect(await copiesOf(original)).toEqual(['disk', 'vault']);
  });

  it('that cannot be reached says nothing of any copy', async () => {
    const original = await both();
    const away = new Proxy(archive, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'read') return async () => Promise.reject(new EvidockError('archive.unreachable', because('words', { text: 'down' })));
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const before = await typesOf(original);
    expect(await turn('disk', { archive: away })).toEqual({ outcome: 'away', waitMs: 60_000 });
    expect(await typesOf(original)).toEqual(before);
    spoil(inVault(original), flipBit);
    expect((await turn('vault', { archive: away })).outcome).toBe('unread');
    expect([quarantined(), notices]).toEqual([[], ['bad vault']]);
  });
});

/** The archive's work for one recording, as the runner does it. */
async function archiveAgain({ recordingId }: Original, verify: 'readback' | 'head'): Promise<void> {
  const { ledger, vault, clock } = station;
  const derive = workId('derive', recordingId);
  const gate = new ArchiveRecords({
    ...{ ledger, clock, faults: deps.faults, lockWish: async () => null, onArchived: () => undefined },
    onHealed: ({ place }) => notices.push(`healed ${place}`),
    settings: { stationId: 'test', timezone: 'UTC', derivatives: false },
  });
  const stage = new ArchiveStage({
    ...{ gate, vault, archive, clock, locks: noLocks(clock), log: deps.log },
    claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.work.postpone(claim, how)) },
    settings: { verify, derivatives: false, hours: hoursOf('', 'UTC'), standstillMsMax: 60_000 },
  });
  const claim = await ledger.transaction(async (writer) => {
    if ((await writer.work.get(derive))?.state === 'waiting') await writer.work.finish(await claimed(writer, derive));
    return claimed(writer, workId('archive', recordingId));
  });
  const quiet = { onPercent: () => undefined, onProgress: () => undefined };
  await stage.run(claim, { later: false, failedBefore: null, signal, ...quiet });
}

const order = (what: ScrubOrder, place = 'vault') =>
  orderScrub(
    { ...deps, scrub: { limits: deps.limits, on: true, wake: () => undefined }, facts: { stationId: 'test1' } },
    { place, order: what, actor: cli('root') },
  );

describe('an order', () => {
  it('pauses, resumes and hastens a place, and is on record', async () => {
    await both();
    await order('pause');
    expect((await turn()).outcome).toBe('paused');
    expect((await turn('disk')).outcome).toBe('same');
    await order('resume');
    await both();
    expect((await turn()).waitMs).toBeGreaterThan(DAY_MS);
    station.clock.advance(1);
    await order('run');
    expect((await turn()).waitMs).toBe(0);
    await expect(order('run', 's3')).rejects.toMatchObject({ code: 'request.invalid' });
    const types = (await station.ledger.custody.of(subject('station', 'test1'))).map(({ type }) => type);
    expect(types).toEqual(['scrub.ordered', 'scrub.ordered', 'scrub.ordered']);
  });

  it('can be told from how the places stand', async () => {
    const original = await both();
    spoil(inVault(original), (path) => truncateSync(path, 5));
    rmSync(inArchive(original));
    await turn();
    await order('pause', 'disk');
    station.clock.advance(100 * DAY_MS);
    expect(await scrubStanding(deps)).toMatchObject([
      { place: 'vault', items: 1, bytes: 100_000, overdue: 1, faults: 1, paused: false, keepsPeriod: true },
      { place: 'disk', items: 1, overdue: 0, faults: 0, paused: true },
    ]);
  });
});

describe('too many faults', () => {
  it('in a day stop healing until a person confirms; finding goes on', async () => {
    const originals = [];
    for (let n = 0; n < 5; n += 1) originals.push(await both());
    for (const original of originals) spoil(inVault(original), flipBit);
    const outcomes = [];
    for (let n = 0; n < 5; n += 1) outcomes.push((await turn()).outcome);
    expect(outcomes).toEqual(['healed', 'healed', 'healed', 'halted', 'halted']);
    expect(notices.filter((notice) => notice.startsWith('halted'))).toEqual(['halted vault']);
    expect(notices.filter((notice) => notice.startsWith('bad'))).toHaveLength(5);
    expect(quarantined()).toHaveLength(3);
    await order('confirm');
    expect([(await turn()).outcome, (await turn()).outcome]).toEqual(['healed', 'healed']);
    for (const original of originals) expect(sha256Of(readFileSync(inVault(original)))).toBe(original.digests?.sha256);
  });

  it('of one place say nothing of another, and those of yesterday are not counted', async () => {
    const originals = [];
    for (let n = 0; n < 5; n += 1) originals.push(await both());
    for (const original of originals.slice(0, 3)) spoil(inVault(original), flipBit);
    for (let n = 0; n < 3; n += 1) await turn();
    spoil(inArchive(originals[3] as Original), flipBit);
    await turn('disk');
    expect(notices).not.toContain('halted disk');
    station.clock.advance(DAY_MS + 1);
    spoil(inVault(originals[4] as Original), flipBit);
    for (let n = 0; n < 5; n += 1) await turn();
    expect(notices.filter((notice) => notice.startsWith('halted'))).toEqual([]);
  });
});

it('a clock that is set back makes no storm and skips none', async () => {
  const originals = [await both(), await both(), await both()];
  for (const _ of originals) await turn();
  station.clock.advance(-365 * DAY_MS);
  const waits = [];
  const seen = [];
  for (const _ of originals) {
    seen.push((await station.ledger.scrubs.next('vault', station.clock.nowMs()))?.itemId);
    waits.push((await turn('vault', { clockWatch: { state: () => ({ kind: 'went-back', byMs: 1, seenAtMs: 1 }) } })).waitMs);
    station.clock.advance(1);
  }
  expect(new Set(seen)).toEqual(new Set(originals.map(({ id }) => id)));
  for (const wait of waits) expect(wait).toBeGreaterThan(20 * DAY_MS);
});

/*
 * Goal: the custody log leaves the ledger whole, and comes back whole: through kills, full disks, an archive that is away, and one that lies; what is erased goes there too.
 * Method: the real ledger, vault and disk archive; wrappers that fail; a process of its own that kills itself at each fault point.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskArchive } from '#adapters/disk/disk-archive';
import type { DiskVault } from '#adapters/disk/disk-vault';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { LogShipper } from '#archive/log-shipper';
import { logLags } from '#desk/log-lag';
import { shippedLogFaults } from '#desk/shipped-log';
import { parseSegment } from '#domain/custody/segment';
import { EvidockError } from '#domain/errors';
import { because, english } from '#domain/reason';
import type { LogShelf } from '#ports/log-shipping';
import { Metrics } from '#serve/metrics';
import { archiveShelf, vaultShelf } from '#steps/log-shelves';
import { fixedClock } from '#test/support/builders';
import { aCustodyDraft, aRefusalDraft } from '#test/support/custody';
import { evidock, temporaryDirectory } from '#test/support/evidock';
import { appendFormer, untypeCustody } from '#test/support/ledger/former-custody';
import { type ServedStation, servedStation } from '#test/support/served-station';

const DAY_MS = 24 * 3_600_000;
const NO_FAULTS = { reached: () => undefined };
const unbound = { limiter: { pieceBytes: 65_536, take: async () => undefined }, faults: NO_FAULTS, stationId: 'cd01' };

let station: ServedStation;
let archive: DiskArchive;
const lines: { event: string; place?: string }[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

beforeEach(async () => {
  lines.length = 0;
  station = await servedStation();
  archive = new DiskArchive({ directory: join(station.directory, 'archive'), ...unbound });
  await archive.open(false);
});
afterEach(async () => {
  await archive.close();
  await station.close();
});

const deps = () => ({ ...station.deps, archive, facts: { ...station.deps.facts, stationId: 'cd01' } });
function shipperTo(...shelves: readonly LogShelf[]): LogShipper {
  const { ledger, clock } = station;
  return new LogShipper({ shipping: ledger.shipping, ledger, shelves, stationId: 'cd01', seconds: 30, clock, faults: NO_FAULTS, log });
}
const toVault = () => vaultShelf(station.deps.vault as DiskVault);
const toArchive = () => archiveShelf(archive);
const append = (n = 1) => station.ledger.transaction((writer) => writer.custody.append(aCustodyDraft({ n })));
const pieces = async (place: 'vault' | 'archive', ending: string) => {
  const names = await readdir(join(station.directory, place, 'custody/cd01')).catch(() => [] as string[]);
  return names.filter((name) => name.endsWith(ending)).sort();
};
const pathOf = (place: 'vault' | 'archive', name = '') => join(station.directory, place, 'custody/cd01', name);
async function faults(): Promise<string[]> {
  const found: string[] = [];
  for await (const { reason } of shippedLogFaults(deps(), { archive: true, signal: new AbortController().signal }))
    found.push(english(reason));
  return found;
}
async function spoil(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const bytes = await readFile(path);
  await chmod(path, 0o600);
  await writeFile(path, change(bytes));
}

describe('what is shipped', () => {
  it('is every entry, byte for byte, in both places, and nothing where nothing is new', async () => {
    const shipper = shipperTo(toVault(), toArchive());
    const first = await append(1);
    await append(2);
    expect((await logLags(deps())).map(({ entries }) => entries)).toEqual([2, 2]);
    await shipper.ship({ tidy: false });
    await shipper.ship({ tidy: false });
    expect((await logLags(deps())).map(({ entries, ageSeconds }) => [entries, ageSeconds])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    for (const place of ['vault', 'archive'] as const) {
      const [name = '', ...more] = await pieces(place, '.log');
      expect(more).toEqual([]);
      const bytes = await readFile(pathOf(place, name));
      const { entries } = parseSegment(bytes);
      expect(Buffer.from(entries[0]?.bytes ?? []).equals(first.bytes)).toBe(true);
      // The form of C2SP entry bundles behind the header: a length of two bytes, big-endian, then the entry.
      const body = bytes.subarray(bytes.indexOf(0x0a) + 1);
      expect(body.readUInt16BE(0)).toBe(first.bytes.length);
    }
    expect(await faults()).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('is merged once a day after it was read back, and is still whole', async () => {
    const shipper = shipperTo(toVault(), toArchive());
    for (let n = 0; n < 5; n += 1) {
      await append(n);
      await shipper.ship({ tidy: true });
    }
    expect((await pieces('vault', '.log')).length).toBe(5);
    station.clock.advance(DAY_MS);
    await shipper.ship({ tidy: true });
    for (const place of ['vault', 'archive'] as const) {
      expect((await pieces(place, '')).map((name) => name.slice(0, 25))).toEqual(Array(3).fill('000000000000-000000000004'));
    }
    expect(await faults()).toEqual([]);
  });

  it('loses a personal value in vault and archive when it is erased, and its segment stays', async () => {
    const shipper = shipperTo(toVault(), toArchive());
    const { seq } = await station.ledger.transaction((writer) => writer.custody.append(aRefusalDraft('the words of a person')));
    await append();
    await shipper.ship({ tidy: false });
    const [name = ''] = await pieces('archive', '.log');
    const segment = await readFile(pathOf('archive', name));
    const personal = async (place: 'vault' | 'archive') => readFile(pathOf(place, (await pieces(place, '.personal'))[0]), 'utf8');
    expect(await personal('archive')).toContain('the words of a person');
    erase(seq, 'detail');
    expect((await logLags(deps())).map(({ erased }) => erased)).toEqual([1, 1]);
    await shipper.ship({ tidy: false });
    for (const place of ['vault', 'archive'] as const) {
      expect(await personal(place)).not.toContain('the words of a person');
      expect(await personal(place)).toContain('DCIM/x');
      expect((await readdir(pathOf(place))).length).toBe(3);
    }
    expect((await readFile(pathOf('archive', name))).equals(segment)).toBe(true);
    expect((await logLags(deps())).map(({ erased }) => erased)).toEqual([0, 0]);
    expect(await faults()).toEqual([]);
  });
});

function erase(seq: number, name: string): void {
  const raw = new DatabaseSync(join(station.directory, 'ledger.sqlite'));
  raw.prepare('DELETE FROM custody_beside WHERE seq = ? AND name = ?').run(seq, name);
  raw.close();
}

describe('verify names', () => {
  beforeEach(async () => {
    const shipper = shipperTo(toVault(), toArchive());
    for (let n = 0; n < 3; n += 1) {
      await append(n);
      await shipper.ship({ tidy: false });
    }
  });

  it('a segment of which a byte was changed', async () => {
    const [, name = ''] = await pieces('archive', '.log');
    await spoil(pathOf('archive', name), (bytes) => Buffer.from(bytes.toString('latin1').replace('original 1', 'original 7'), 'latin1'));
    expect(await faults()).toEqual([expect.stringMatching(/^archive: cannot be read: its header names another last entry/)]);
  });

  it('a segment that is missing, and the daily pass writes it again', async () => {
    const [, name = ''] = await pieces('vault', '.log');
    // What stands beside it stays, and belongs to no segment until the pass has written that again.
    await rm(pathOf('vault', name));
    expect(await faults()).toEqual(['vault: entries from 1 to 1 were shipped and are not there']);
    const shelf = toVault();
    let looks = 0;
    const counting: LogShelf = {
      ...shelf,
      list: (prefix) => {
        looks += 1;
        return shelf.list(prefix);
      },
    };
    await shipperTo(counting).ship({ tidy: true });
    expect(await faults()).toEqual([]);
    // Looking through an archive of years takes long: once a day is enough.
    expect(looks).toBe(1);
    const whole = await pieces('vault', '');
    await rm(pathOf('vault', whole.find((piece) => piece.endsWith('.log')) ?? ''));
    await shipperTo(counting).ship({ tidy: true });
    expect(await pieces('vault', '')).toEqual(whole);
  });

  it('a segment of another station, and one under another name', async () => {
    const [one = '', two = ''] = await pieces('vault', '.log');
    await spoil(pathOf('vault', one), (bytes) =>
      Buffer.from(bytes.toString('latin1').replace('"station":"cd01"', '"station":"xx01"'), 'latin1'),
    );
    await rename(pathOf('vault', two), pathOf('vault', two.replace('-0000', '-0009')));
    const found = await faults();
    expect(found).toContain('vault: is of station xx01');
    expect(found).toContain('vault: holds other entries than its name tells');
  });

  it('that the ledger was cut', async () => {
    const raw = new DatabaseSync(join(station.directory, 'ledger.sqlite'));
    raw.exec('DROP TRIGGER custody_refuses_delete');
    raw.exec('DELETE FROM custody WHERE seq = 2');
    raw.close();
    expect(await faults()).toContain('archive: holds entries up to 2, the ledger ends with entry 1');
  });

  it('that the ledger was written anew, and the daily pass does not write that over what was shipped', async () => {
    const raw = new DatabaseSync(join(station.directory, 'ledger.sqlite'));
    raw.exec('DROP TRIGGER custody_refuses_update');
    raw.exec(`UPDATE custody SET bytes = CAST(replace(CAST(bytes AS TEXT), 'original 1', 'original 9') AS BLOB) WHERE seq = 1`);
    raw.close();
    const [, name = ''] = await pieces('vault', '.log');
    const before = await readFile(pathOf('vault', name));
    station.clock.advance(DAY_MS);
    await shipperTo(toVault()).ship({ tidy: true });
    expect((await readFile(pathOf('vault', name))).equals(before)).toBe(true);
    expect(lines.map(({ event }) => event)).toContain('log.segment-differs');
    expect(await faults()).toContain('vault: differs from the ledger');
  });
});

describe('trouble', () => {
  it('an archive that is away for a day delays itself alone, is told of once, and gets everything then', async () => {
    const away = join(station.directory, 'away');
    await rename(join(station.directory, 'archive'), away);
    const shipper = shipperTo(toVault(), toArchive());
    for (let hour = 0; hour < 24; hour += 1) {
      await append(hour);
      station.clock.advance(3_600_000);
      await shipper.ship({ tidy: true });
    }
    expect((await logLags(deps())).map(({ place, entries }) => [place, entries])).toEqual([
      ['vault', 0],
      ['archive', 24],
    ]);
    expect((await logLags(deps()))[1]?.ageSeconds).toBeGreaterThanOrEqual(23 * 3600);
    const figures = await new Metrics(deps()).text();
    expect(figures).toContain('evidock_custody_unshipped_entries{place="vault"} 0');
    expect(figures).toContain('evidock_custody_unshipped_entries{place="archive"} 24');
    expect(figures).toMatch(/evidock_custody_unshipped_seconds\{place="archive"\} \d{5}/);
    await rm(join(station.directory, 'archive'), { recursive: true, force: true });
    await rename(away, join(station.directory, 'archive'));
    await shipper.ship({ tidy: true });
    expect(await faults()).toEqual([]);
    expect((await pieces('archive', '.log')).length).toBe(1);
    expect(lines.map(({ event, place }) => [event, place])).toEqual([
      ['log.ship-failed', 'archive'],
      ['log.shipped', 'archive'],
    ]);
  });

  it('an archive that lies is not believed: nothing is noted, and no small segment is removed', async () => {
    let lies = true;
    const lying = new Proxy(archive, {
      get(target, property) {
        if (property === 'verify' && lies)
          return async () => {
            throw new EvidockError('archive.mismatch', because('said', { text: 'other bytes' }));
          };
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const shipper = shipperTo(archiveShelf(lying));
    await append(1);
    await shipper.ship({ tidy: false });
    expect((await logLags(deps()))[1]?.entries).toBe(1);
    lies = false;
    await shipper.ship({ tidy: false });
    await append(2);
    await shipper.ship({ tidy: false });
    lies = true;
    await shipper.ship({ tidy: true });
    expect((await pieces('archive', '.log')).map((name) => name.slice(0, 25))).toEqual(
      expect.arrayContaining(['000000000000-000000000000', '000000000001-000000000001']),
    );
    lies = false;
    await shipper.ship({ tidy: true });
    expect((await pieces('archive', '')).length).toBe(3);
  });

  it('a full disk stops the log where it is, and goes on with what it missed', async () => {
    let full = true;
    const shelf: LogShelf = {
      ...toVault(),
      put: async (object, signal) => {
        if (full && object.key.endsWith('.log')) throw new EvidockError('vault.full', because('said', { text: 'ENOSPC' }));
        await toVault().put(object, signal);
      },
    };
    const shipper = shipperTo(shelf);
    await append(1);
    await shipper.ship({ tidy: false });
    expect([await pieces('vault', '.log'), (await logLags(deps()))[0]?.entries]).toEqual([[], 1]);
    await append(2);
    full = false;
    await shipper.ship({ tidy: true });
    // What the first try left beside no segment is gone.
    expect((await pieces('vault', '')).map((name) => name.slice(0, 25))).toEqual(Array(3).fill('000000000000-000000000001'));
  });
});

describe('entries of byte form 1', () => {
  it('are shipped apart, longer than a leaf too, and go when they are erased', async () => {
    const home = await temporaryDirectory();
    const file = join(home.path, 'ledger.sqlite');
    const open = () => openLedger({ file, stationId: 'cd01', clock: fixedClock() });
    await (await open()).close();
    const raw = new DatabaseSync(file);
    untypeCustody(raw);
    appendFormer(raw, 'cd01', [
      { type: 'x', subject: 'case:1', data: { words: 'w'.repeat(99_000) } },
      { type: 'x', subject: 'case:1', data: {} },
    ]);
    raw.close();
    const ledger = await open();
    const given = { shipping: ledger.shipping, ledger, stationId: 'cd01', seconds: 30, clock: station.clock, faults: NO_FAULTS, log };
    const shipper = new LogShipper({ ...given, shelves: [toVault(), toArchive()] });
    await shipper.ship({ tidy: true });
    expect((await pieces('archive', '')).map((name) => name.replace(/-[0-9a-f]{16}/, '')).sort()).toEqual([
      '000000000000-000000000001.former',
      '000000000002-000000000002.lists',
      '000000000002-000000000002.log',
      '000000000002-000000000002.personal',
    ]);
    const of = async () => {
      const found: string[] = [];
      for await (const { reason } of shippedLogFaults({ ...deps(), ledger }, { archive: true, signal: new AbortController().signal }))
        found.push(english(reason));
      return found;
    };
    expect(await of()).toEqual([]);
    const eraser = new DatabaseSync(file);
    eraser.exec('DELETE FROM custody_former');
    eraser.close();
    station.clock.advance(DAY_MS);
    await shipper.ship({ tidy: true });
    expect([await pieces('vault', '.former'), await pieces('archive', '.former'), await of()]).toEqual([[], [], []]);
    await ledger.close();
    await home.remove();
  });
});

describe('kill -9', () => {
  it.each(['w23-segment-written', 'w23-segment-written:4', 'w24-segment-noted:3', 'w25-merged-written', 'w26-merged-removed'])(
    'at %s loses nothing and leaves nothing over',
    async (point) => {
      const home = await temporaryDirectory();
      expect(await shipInProcess(home.path, 4, point)).toBe('SIGKILL');
      expect(await shipInProcess(home.path, 1)).toBeNull();
      const ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'cd01' });
      const newest = (await ledger.custody.head())?.seq ?? -1;
      for (const place of ['vault', 'archive'] as const) {
        expect(await ledger.shipping.lag(place)).toMatchObject({ next: newest + 1, entries: 0 });
        const directory = join(home.path, place, 'custody/cd01');
        // What was in the making is swept as that of footage is.
        const names = (await readdir(directory)).filter((name) => !name.endsWith('.partial'));
        expect(names.length, names.join()).toBe(3);
        const { entries } = parseSegment(await readFile(join(directory, names.find((name) => name.endsWith('.log')) ?? '')));
        expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: newest + 1 }, (_, seq) => seq));
      }
      await ledger.close();
      await home.remove();
    },
    180_000,
  );
});

function shipInProcess(directory: string, entries: number, point = ''): Promise<string | null> {
  const script = join(import.meta.dirname, '../support/archive/ship-log.ts');
  const { promise, resolve } = Promise.withResolvers<string | null>();
  execFile(process.execPath, [script, directory, String(entries)], { env: { ...process.env, EVIDOCK_FAULT_POINT: point } }, (error) =>
    resolve(error === null ? null : (error.signal ?? String(error))),
  );
  return promise;
}

it('a command ships what it did, verify reads it, and doctor tells how far each place is', async () => {
  const home = await temporaryDirectory();
  const env = { EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home.path, 'archive'), EVIDOCK_STATION_ID: 'cd01' };
  const run = (...args: string[]) => evidock(['--state', join(home.path, 'state'), ...args], { env });
  const card = join(home.path, 'card');
  await mkdir(card);
  await writeFile(join(card, 'A.MP4'), 'footage');
  expect(await run('ingest', card, '--slot', '1', '--serial', 'T000001')).toMatchObject({ status: 0 });
  expect((await readdir(join(home.path, 'archive/custody/cd01'))).length).toBeGreaterThanOrEqual(3);
  expect(await run('verify', '--log', '--archive')).toMatchObject({ status: 0 });
  expect((await run('doctor')).stdout).toMatch(/log in vault.*\n(.*\n)*.*log in archive/);
  await home.remove();
}, 180_000);

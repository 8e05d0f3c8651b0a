/*
 * Goal: a file of a recorder is only taken for a sealed original if it is that original; what the sample before "safe" misses is found while the
 * recorder stays, sealed, told, and nobody is told that it is safe in between.
 * Method: dock, intake and seal with their real parts over directories. Files get other bytes under the same name, size and time, as a recorder makes
 * them that preallocates its files and whose clock begins anew; where a sample must miss, the test chooses its places.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import type { Vault } from '#ports/vault';
import { homeForEach } from '../support/home-for-each.ts';
import { disturbedVolume, intakeStation, type OnRead, type StationOptions, writeCard } from '../support/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const LARGE = 5 * MEBIBYTE;
const BLOCK = 4096;
/** Of such a file the sample takes one of each five blocks: this one always the first. */
const FIRST_BLOCKS = () => 0;
/** In a third block, far from beginning and end. */
const MISSED = 502 * BLOCK + 17;
const WAIT = { timeout: 15_000, interval: 10 };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const changed = (bytes: Buffer, at: number, length = 1) => {
  const copy = Buffer.from(bytes);
  for (let n = at; n < at + length; n += 1) copy[n] = (copy[n] ?? 0) ^ 0x5a;
  return copy;
};

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

type Running = Awaited<ReturnType<typeof intakeStation>>;

const open = (options: StationOptions = {}) => intakeStation(join(home, 's'), undefined, { sm3: false, ...options });
const originalsOf = async (station: Running) => (await station.ledger.recordings({ limit: 1000 })).flatMap(({ originals }) => originals);
const digestsOf = async (station: Running, path: string) =>
  (await originalsOf(station)).filter(({ cardPath }) => cardPath === path).map(({ digests }) => digests?.sha256);
const typesOf = async (station: Running, subject: string) => (await station.ledger.custodyOf(subject)).map(({ type }) => type);
const slotOf = (station: Running, slot: number) => station.board.snapshot().find((view) => view.slot === slot);

/** Every original is sealed, and its bytes stand in the vault. */
async function expectSealed(station: Running, files: Readonly<Record<string, readonly Uint8Array[]>>) {
  const originals = await originalsOf(station);
  expect(originals.map(({ cardPath, digests, state }) => `${cardPath} ${state} ${digests?.sha256}`).sort()).toEqual(
    Object.entries(files)
      .flatMap(([path, contents]) => contents.map((content) => `${path} sealed ${sha256(content)}`))
      .sort(),
  );
  for (const { vaultKey, digests } of originals) expect(sha256(await readFile(join(home, 's/vault', vaultKey)))).toBe(digests?.sha256);
  const faults = [];
  for await (const fault of station.ledger.verifyCustody()) faults.push(fault);
  expect(faults).toEqual([]);
}

/** A docking of the card as it is, to its end. */
async function dockOnce(station: Running, slot = 1) {
  const docking = await station.dock(station.plain(card), 'R1', slot);
  await docking.safe();
  await docking.rechecked();
  // What the re-check has found is sealed first.
  await vi.waitFor(async () => expect((await station.ledger.docking(docking.id))?.state).toBe('safe'), WAIT);
  await docking.pull();
  return docking;
}

/** What only the whole comparison reads: pieces of this length. */
const isWholeRead = (target: Uint8Array) => target.length === MEBIBYTE;
/** A card whose whole comparisons wait until they are let go. */
function heldCard(root = card, more: OnRead = () => undefined) {
  const letGo = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const reads: string[] = [];
  const volume = disturbedVolume(root, async (path, position, target, bytes) => {
    await more(path, position, target, bytes);
    if (!isWholeRead(target)) return;
    reads.push(path);
    reached.resolve();
    await letGo.promise;
  });
  return { volume, reads, reached: reached.promise, letGo: letGo.resolve };
}

describe('other bytes under the name, size and time of a sealed file', () => {
  const bytes = randomBytes(LARGE);
  it.each([
    { what: 'everything', other: randomBytes(LARGE) },
    { what: 'a run in the middle', other: changed(bytes, 2_000_000, 60_000) },
    { what: 'the second half', other: Buffer.concat([bytes.subarray(0, LARGE / 2), randomBytes(LARGE / 2)]) },
    { what: 'the header', other: changed(bytes, 12, 30) },
    { what: 'the tail', other: changed(bytes, LARGE - 40, 8) },
  ])('are sealed as a file of their own before "safe": $what', async ({ other }) => {
    for (const verify of ['vault', 'source+vault'] as const) {
      await writeCard(card, { 'a.mp4': bytes });
      const station = await intakeStation(join(home, verify, 's'), undefined, { sm3: false, verify });
      await (await station.dock(station.plain(card), 'R1', 1)).safe();
      await writeCard(card, { 'a.mp4': other });
      const docking = await station.dock(station.plain(card), 'R1', 2);
      await docking.safe();
      expect((await digestsOf(station, 'a.mp4')).sort()).toEqual([sha256(bytes), sha256(other)].sort());
      expect(await typesOf(station, docking.id)).not.toContain('docking.unsafe');
      expect(await station.ledger.docking(docking.id)).toMatchObject({ filesListed: 1, filesKnown: 0, filesToRecheck: 0 });
      await station.close();
    }
  });

  it('are found in files up to 4 MiB wherever they are, and the same bytes are known and compared whole at once', async () => {
    const small = randomBytes(4 * MEBIBYTE);
    const files = { 'big.mp4': small, 'log.txt': Buffer.from('one line'), 'none.txt': Buffer.alloc(0) };
    await writeCard(card, files);
    const station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station);
    await writeCard(card, { 'big.mp4': changed(small, 3_333_333), 'log.txt': 'one_line' });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    expect(await station.ledger.docking(docking.id)).toMatchObject({
      ...{ filesListed: 3, filesKnown: 1, filesToRecheck: 1, filesRechecked: 1 },
    });
    await expectSealed(station, {
      ...{ 'big.mp4': [small, changed(small, 3_333_333)], 'none.txt': [Buffer.alloc(0)] },
      'log.txt': [Buffer.from('one line'), Buffer.from('one_line')],
    });
    await station.close();
  });

  it('are found also where the first content was copied, but not sealed yet when the recorder left', async () => {
    const [first, second] = [randomBytes(300_000), randomBytes(300_000)];
    await writeCard(card, { 'a.mp4': first });
    const sealing = Promise.withResolvers<void>();
    const station = await intakeStation(
      join(home, 's'),
      (vault) =>
        new Proxy(vault, {
          get: (target, name: keyof typeof vault) => {
            if (name !== 'reread') return (target[name] as (...args: unknown[]) => unknown).bind(target);
            return async (...args: Parameters<typeof vault.reread>) => {
              await sealing.promise;
              return target.reread(...args);
            };
          },
        }),
      { sm3: false },
    );
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await vi.waitFor(async () => expect((await originalsOf(station))[0]?.state).toBe('copied'), WAIT);
    await docking.pull();
    await writeCard(card, { 'a.mp4': second });
    const again = await station.dock(station.plain(card), 'R1', 1);
    await again.done;
    sealing.resolve();
    await again.safe();
    await vi.waitFor(() => expectSealed(station, { 'a.mp4': [first, second] }), WAIT);
    await station.close();
  });

  it('are found also by the re-check, where the first content was copied but not sealed when the recorder left', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': randomBytes(LARGE) });
    const points: string[] = [];
    const options = { random: FIRST_BLOCKS, sm3: false, reached: (point: string) => void points.push(point) };
    const sealing = Promise.withResolvers<void>();
    const hold = (vault: Vault) =>
      new Proxy(vault, {
        get: (target, name: keyof Vault) =>
          name === 'reread'
            ? (...args: Parameters<Vault['reread']>) => sealing.promise.then(() => target.reread(...args))
            : (target[name] as (...args: unknown[]) => unknown).bind(target),
      });
    const station = await intakeStation(join(home, 's'), hold, options);
    const first = await station.dock(station.plain(card), 'R1', 1);
    await vi.waitFor(() => expect(points.filter((point) => point === 'w05-copied-recorded')).toHaveLength(2), WAIT);
    await first.pull();
    await writeCard(card, { 'a.mp4': other });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.done;
    sealing.resolve();
    await docking.safe();
    await docking.rechecked();
    await vi.waitFor(async () => expect((await digestsOf(station, 'a.mp4')).sort()).toEqual([sha256(bytes), sha256(other)].sort()), WAIT);
    await vi.waitFor(async () => expect((await station.ledger.docking(docking.id))?.state).toBe('safe'), WAIT);
    expect(await station.ledger.docking(docking.id)).toMatchObject({ filesListed: 2, filesKnown: 0, filesToRecheck: 1, filesRechecked: 1 });
    await station.close();
  });

  it('are taken once more each time they change, and what comes back is linked as a duplicate', async () => {
    const station = await open();
    const contents = [randomBytes(LARGE), randomBytes(LARGE)];
    for (const n of [0, 1, 0, 0, 1]) {
      await writeCard(card, { 'a.mp4': contents[n] ?? '' });
      await dockOnce(station);
    }
    const originals = await originalsOf(station);
    expect(originals.map(({ digests }) => digests?.sha256).sort()).toEqual([0, 0, 1, 1].map((n) => sha256(contents[n] ?? bytes)).sort());
    expect(originals.filter(({ duplicateOf }) => duplicateOf !== null)).toHaveLength(2);
    await station.close();
  });
});

describe('the re-check', () => {
  it('finds what the sample missed, takes "safe" back, seals it, tells it, and is safe again', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    const kept = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': kept });
    const station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station);
    const [known] = (await originalsOf(station)).filter(({ cardPath }) => cardPath === 'a.mp4');
    await writeCard(card, { 'a.mp4': other });
    const held = heldCard();
    const docking = await station.dock(held.volume, 'R1', 1);
    await docking.safe();
    await held.reached;
    expect(slotOf(station, 1)).toMatchObject({ phase: 'safe', recheck: { files: 2, done: 0, unread: 0 }, warning: null });
    held.letGo();
    await docking.rechecked();
    await vi.waitFor(async () => expect(await station.ledger.docking(docking.id)).toMatchObject({ state: 'safe' }), WAIT);
    await expectSealed(station, { 'a.mp4': [bytes, other], 'b.mp4': [kept] });
    expect(await station.ledger.docking(docking.id)).toMatchObject({
      ...{ filesListed: 2, filesKnown: 1, filesToRecheck: 1, filesRechecked: 1, safeAtMs: expect.any(Number) },
    });
    expect((await typesOf(station, docking.id)).filter((type) => type.startsWith('docking.'))).toEqual([
      ...['docking.arrived', 'docking.compared', 'docking.safe', 'docking.unsafe', 'docking.safe'],
    ]);
    const fresh = (await originalsOf(station)).find(({ digests }) => digests?.sha256 === sha256(other));
    const told = (await station.ledger.custodyOf(known?.id ?? '')).find(({ type }) => type === 'original.differs');
    expect(told?.data).toMatchObject({ docking: docking.id, cardPath: 'a.mp4', sha256: sha256(other), as: fresh?.recordingId });
    // An alarm that stays.
    expect(slotOf(station, 1)).toMatchObject({
      phase: 'safe',
      warning: { code: 'recorder.known-differs', detail: 'a.mp4' },
      recheck: { files: 1, done: 1, unread: 0 },
    });
    await docking.pull();
    expect(await dockOnce(station)).toBeDefined();
    expect(await originalsOf(station)).toHaveLength(3);
    await station.close();
  });

  it('puts a verdict on every original, by name, in the history of its recording', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE), 'b.txt': 'small' });
    const station = await open();
    await dockOnce(station);
    const docking = await dockOnce(station);
    const originals = await originalsOf(station);
    for (const { id, recordingId } of originals) {
      const entries = (await station.ledger.custodyOf(recordingId)).filter(({ type }) => type === 'original.rechecked');
      expect(entries.filter(({ data }) => [data['originals']].flat().includes(id))).toMatchObject([
        { subject: docking.id, data: { verdict: 'same', files: 1 } },
      ]);
      expect((await station.ledger.compared([id])).get(id)).toMatchObject({ recheckedIn: docking.id });
    }
    const compared = (await station.ledger.custodyOf(docking.id)).find(({ type }) => type === 'docking.compared');
    expect(compared?.data).toMatchObject({ files: 2, whole: 1, sampled: 1, blocks: 256, fewer: 0, unread: 0 });
    expect((await station.ledger.custodyOf(docking.id)).find(({ type }) => type === 'docking.removed')?.data).toMatchObject({
      ...{ safe: true, filesToRecheck: 2, filesRechecked: 2 },
    });
    await station.close();
  });

  it('that is cut short by a pull is no problem, and goes on at the next docking with what was not read the longest, also after a restart', async () => {
    const names = ['1.mp4', '2.mp4', '3.mp4'];
    await writeCard(card, Object.fromEntries(names.map((name) => [name, randomBytes(LARGE)])));
    let station = await open();
    await dockOnce(station);
    /** Lets so many files be compared, then pulls. */
    const compareSome = async (files: number) => {
      const begun: string[] = [];
      const enough = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      const volume = disturbedVolume(card, async (path, position, target) => {
        if (!isWholeRead(target) || position > 0) return;
        begun.push(path);
        if (begun.length <= files) return;
        enough.resolve();
        await gone.promise;
        throw new EvidockError('recorder.removed', path);
      });
      const docking = await station.dock(volume, 'R1', 1);
      await docking.safe();
      await enough.promise;
      const pulled = docking.pull();
      gone.resolve();
      await pulled;
      expect(await station.ledger.docking(docking.id)).toMatchObject({
        ...{ state: 'removed', problem: null, safeAtMs: expect.any(Number), filesToRecheck: 3, filesRechecked: files },
      });
      expect(slotOf(station, 1)).toMatchObject({ phase: 'removed', problem: null, warning: null, recheck: null });
      return begun.slice(0, files);
    };
    const first = await compareSome(1);
    await station.close();
    station = await open();
    const second = await compareSome(1);
    const third = await compareSome(1);
    const fourth = await compareSome(2);
    expect([...first, ...second, ...third].sort()).toEqual(names);
    expect(fourth).toEqual([...first, ...second]);
    await station.close();
  });

  it('takes nothing on record of a recorder that left while a difference was being looked at; the next docking finds it', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes });
    const station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station);
    await writeCard(card, { 'a.mp4': other });
    const held = heldCard();
    const docking = await station.dock(held.volume, 'R1', 1);
    await docking.safe();
    await held.reached;
    const pulled = docking.pull();
    held.letGo();
    await pulled;
    expect(await originalsOf(station)).toHaveLength(1);
    const again = await dockOnce(station);
    await vi.waitFor(() => expectSealed(station, { 'a.mp4': [bytes, other] }), WAIT);
    expect(await typesOf(station, again.id)).toContain('docking.unsafe');
    await station.close();
  });

  it('is not safe when it is pulled before what was missed is sealed, and goes on with that at the next docking', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes });
    const points: string[] = [];
    const station = await open({ random: FIRST_BLOCKS, reached: (point) => void points.push(point) });
    await dockOnce(station);
    await writeCard(card, { 'a.mp4': other });
    const unsafe = () => points.includes('w21-difference-recorded');
    const docking = await station.dock(
      disturbedVolume(card, (path) => {
        if (unsafe()) throw new EvidockError('recorder.removed', path);
      }),
      'R1',
      1,
    );
    await vi.waitFor(() => expect(unsafe()).toBe(true), WAIT);
    await docking.pull();
    expect(await station.ledger.docking(docking.id)).toMatchObject({
      ...{ state: 'removed', safeAtMs: null, problem: { code: 'recorder.removed', detail: expect.stringContaining('1 file') } },
    });
    await dockOnce(station);
    await expectSealed(station, { 'a.mp4': [bytes, other] });
    await station.close();
  });

  it('goes on where the process ended right after a difference was on record', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes });
    let station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station);
    await station.close();
    await writeCard(card, { 'a.mp4': other });
    const died = Promise.withResolvers<void>();
    station = await open({
      random: FIRST_BLOCKS,
      reached: (point) => {
        if (point !== 'w21-difference-recorded') return;
        died.resolve();
        throw new Error('the process ends here');
      },
    });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await died.promise;
    expect(await station.ledger.docking(docking.id)).toMatchObject({ state: 'reading', safeAtMs: null });
    await station.close();
    station = await open();
    await dockOnce(station);
    await expectSealed(station, { 'a.mp4': [bytes, other] });
    await station.close();
  });

  it('stands aside for the new files of every recorder, also in the midst of a file', async () => {
    const files = { 'a.mp4': randomBytes(3 * LARGE) };
    await writeCard(card, files);
    const other = join(home, 'other');
    await writeCard(other, { 'new.mp4': randomBytes(2 * MEBIBYTE), 'newer.mp4': randomBytes(MEBIBYTE) });
    const station = await open();
    await dockOnce(station);
    let secondReads = 0;
    const copying = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const second = disturbedVolume(other, async (_path, _position, target) => {
      if (!isWholeRead(target)) return;
      secondReads += 1;
      copying.resolve();
      await goOn.promise;
    });
    const held = heldCard();
    const first = await station.dock(held.volume, 'R1', 1);
    await first.safe();
    await held.reached;
    const newcomer = await station.dock(second, 'R2', 2);
    await copying.promise;
    held.letGo();
    // What was in hand ends; nothing more is asked for while a new file is being copied.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(held.reads.length).toBeLessThanOrEqual(2);
    expect(slotOf(station, 1)).toMatchObject({ phase: 'safe', recheck: { files: 1, done: 0 } });
    goOn.resolve();
    await newcomer.safe();
    await first.rechecked();
    expect(held.reads.length).toBe(15);
    expect(secondReads).toBeGreaterThan(0);
    expect(slotOf(station, 1)).toMatchObject({ recheck: { files: 1, done: 1 } });
    await station.close();
  });

  it('keeps no recorder that leaves waiting, however many stand aside', async () => {
    const station = await open();
    const roots = Array.from({ length: 9 }, (_, n) => join(home, `card-${n}`));
    const held = roots.map((root) => heldCard(root));
    for (const [n, root] of roots.entries()) {
      await writeCard(root, { 'a.mp4': randomBytes(LARGE) });
      const docking = await station.dock(station.plain(root), `R${n}`, n + 1);
      await docking.safe();
      await docking.pull();
    }
    const dockings = [];
    for (const [n, { volume }] of held.entries()) {
      const docking = await station.dock(volume, `R${n}`, n + 1);
      await docking.safe();
      dockings.push(docking);
    }
    await vi.waitFor(() => expect(held.filter(({ reads }) => reads.length > 0)).toHaveLength(8), WAIT);
    const waiting = held.findIndex(({ reads }) => reads.length === 0);
    const begun = performance.now();
    await dockings[waiting]?.pull();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await station.ledger.docking(dockings[waiting]?.id ?? '')).toMatchObject({ state: 'removed', problem: null });
    for (const { letGo } of held) letGo();
    for (const docking of dockings) await docking.rechecked();
    expect(held[waiting]?.reads).toEqual([]);
    expect(held.filter(({ reads }) => reads.length === 5)).toHaveLength(8);
    await station.close();
  });

  it('says what cannot be read again, counts it as nothing, and tries it at the next docking', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE), 'b.mp4': randomBytes(LARGE), 'c.txt': 'text' });
    const station = await open();
    await dockOnce(station);
    const bad = (path: string, position: number) => path === 'a.mp4' && position >= 2 * MEBIBYTE && position < 3 * MEBIBYTE;
    const docking = await station.dock(
      disturbedVolume(card, (path, position) => {
        if (bad(path, position) || path === 'c.txt') throw new EvidockError('recorder.read-failed', `${path} (EIO)`);
      }),
      'R1',
      1,
    );
    await docking.safe();
    await docking.rechecked();
    expect(await station.ledger.docking(docking.id)).toMatchObject({ state: 'safe', filesKnown: 3, filesToRecheck: 3, filesRechecked: 1 });
    expect(slotOf(station, 1)).toMatchObject({
      phase: 'safe',
      recheck: { files: 3, done: 1, unread: 2 },
      warning: { code: 'recorder.known-unread', detail: expect.stringContaining('1 more file') },
    });
    const compared = (await station.ledger.custodyOf(docking.id)).find(({ type }) => type === 'docking.compared');
    expect(compared?.data).toMatchObject({ files: 3, whole: 0, sampled: 1, unread: 2 });
    const [a] = (await originalsOf(station)).filter(({ cardPath }) => cardPath === 'a.mp4');
    expect((await station.ledger.compared([a?.id ?? ''])).get(a?.id ?? '')).toMatchObject({ sampledAtMs: null, recheckedAtMs: null });
    await docking.pull();
    const again = await dockOnce(station);
    expect(await station.ledger.docking(again.id)).toMatchObject({ filesToRecheck: 3, filesRechecked: 3 });
    expect(await originalsOf(station)).toHaveLength(3);
    await station.close();
  });

  it('goes on when the ledger can be written again', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE) });
    const station = await open();
    await dockOnce(station);
    const { transaction } = station.ledger;
    let failures = 0;
    vi.spyOn(station.ledger, 'transaction').mockImplementation((body) =>
      transaction.call(station.ledger, (writer) =>
        body(
          new Proxy(writer, {
            get: (target, name) => {
              if (name === 'markCompared' && failures < 2) {
                return async (_ids: unknown, compared: { how: string }) => {
                  if (compared.how !== 'whole') return;
                  failures += 1;
                  throw new EvidockError('ledger.failed', 'disk I/O error');
                };
              }
              return Reflect.get(target, name).bind(target);
            },
          }),
        ),
      ),
    );
    const docking = await dockOnce(station);
    expect(failures).toBe(2);
    expect(await station.ledger.docking(docking.id)).toMatchObject({ filesRechecked: 1 });
    expect((await typesOf(station, docking.id)).filter((type) => type === 'original.rechecked')).toHaveLength(1);
    await station.close();
  });
});

describe('intake.known: whole', () => {
  it('is safe only when every known file was compared whole', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': randomBytes(LARGE) });
    const station = await open({ known: 'whole', random: FIRST_BLOCKS });
    await dockOnce(station);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': other });
    const held = heldCard();
    const docking = await station.dock(held.volume, 'R1', 1);
    await held.reached;
    await station.seal.checkSafe(docking.id);
    expect(await station.ledger.docking(docking.id)).toMatchObject({ state: 'reading', listedAtMs: expect.any(Number), safeAtMs: null });
    expect(slotOf(station, 1)).toMatchObject({ phase: 'rechecking', recheck: { files: 2, done: 0, unread: 0 } });
    held.letGo();
    await docking.safe();
    await expectSealed(station, { 'a.mp4': [bytes, other], 'b.mp4': [(await readFile(join(card, 'b.mp4'))) as Buffer] });
    // It was never called safe before.
    expect((await typesOf(station, docking.id)).filter((type) => /safe/.test(type))).toEqual(['docking.safe']);
    expect(slotOf(station, 1)).toMatchObject({ phase: 'safe', warning: { code: 'recorder.known-differs' } });
    await station.close();
  });

  it('is not safe with a file that cannot be read again, and says why', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE), 'b.txt': 'text' });
    const station = await open({ known: 'whole' });
    await dockOnce(station);
    const docking = await station.dock(
      disturbedVolume(card, (path, position) => {
        if (path === 'a.mp4' && position >= LARGE / 2) throw new EvidockError('recorder.read-failed', `${path} (EIO)`);
      }),
      'R1',
      1,
    );
    const unread = { state: 'problem', safeAtMs: null, problem: { code: 'recorder.known-unread', detail: 'a.mp4' } };
    await vi.waitFor(async () => expect(await station.ledger.docking(docking.id)).toMatchObject(unread), WAIT);
    await station.seal.checkSafe(docking.id);
    expect(await station.ledger.docking(docking.id)).toMatchObject(unread);
    await docking.pull();
    await dockOnce(station);
    await station.close();
  });
});

describe('known by its bytes is', () => {
  it('a file that was read with gaps: what changed beside them is another, and the rest is compared whole', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes });
    const gap = { start: 300 * BLOCK, end: 302 * BLOCK };
    const failing: OnRead = (path, position, _target, read) => {
      if (position < gap.end && position + read > gap.start)
        throw new EvidockError('recorder.read-failed', path, Object.assign(new Error('EIO'), { code: 'EIO' }));
    };
    const station = await open({ unreadableBytesMax: MEBIBYTE });
    const dock = async () => {
      const docking = await station.dock(disturbedVolume(card, failing), 'R1', 1);
      await docking.safe();
      await docking.rechecked();
      await docking.pull();
      return station.ledger.docking(docking.id);
    };
    await dock();
    expect(await dock()).toMatchObject({ filesKnown: 1, filesToRecheck: 1, filesRechecked: 1 });
    expect((await originalsOf(station)).map(({ unreadable }) => unreadable)).toEqual([[gap]]);
    await writeCard(card, { 'a.mp4': changed(bytes, 400 * BLOCK, 200_000) });
    expect(await dock()).toMatchObject({ filesKnown: 0 });
    expect(await originalsOf(station)).toHaveLength(2);
    await station.close();
  });

  it('no file whose copy the vault has lost, cannot hold to its length, or has otherwise: it is taken again', async () => {
    const names = ['gone.mp4', 'short.mp4', 'rotten.mp4', 'sound.mp4'];
    const files = Object.fromEntries(names.map((name) => [name, randomBytes(200_000)]));
    await writeCard(card, files);
    const station = await open();
    await dockOnce(station);
    const before = await originalsOf(station);
    const copyOf = async (path: string) => {
      const key = before.find(({ cardPath }) => cardPath === path)?.vaultKey ?? '';
      await chmod(join(home, 's/vault', key), 0o600);
      return join(home, 's/vault', key);
    };
    await unlink(await copyOf('gone.mp4'));
    await writeFile(await copyOf('short.mp4'), 'short');
    await writeFile(await copyOf('rotten.mp4'), changed(files['rotten.mp4'] ?? Buffer.alloc(0), 100_000));
    const docking = await dockOnce(station);
    expect(await station.ledger.docking(docking.id)).toMatchObject({ filesListed: 4, filesKnown: 1 });
    const fresh = (await originalsOf(station)).filter(({ id }) => !before.some((each) => each.id === id));
    expect(fresh.map(({ cardPath }) => cardPath).sort()).toEqual(['gone.mp4', 'rotten.mp4', 'short.mp4']);
    for (const { cardPath, vaultKey, state } of fresh) {
      expect(state).toBe('sealed');
      expect((await readFile(join(home, 's/vault', vaultKey))).equals(files[cardPath] ?? Buffer.alloc(0))).toBe(true);
    }
    await station.close();
  });

  it('each of two files with the same bytes, and each name of one file with two', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': bytes });
    await link(join(card, 'a.mp4'), join(card, 'c.mp4'));
    const station = await open();
    await dockOnce(station);
    const docking = await dockOnce(station);
    expect(await station.ledger.docking(docking.id)).toMatchObject({ filesKnown: 3, filesToRecheck: 3, filesRechecked: 3 });
    // One of them becomes another: through either name of it.
    await unlink(join(card, 'c.mp4'));
    const other = changed(bytes, 1_000_000, 100_000);
    await writeCard(card, { 'c.mp4': other });
    const third = await dockOnce(station);
    expect(await station.ledger.docking(third.id)).toMatchObject({ filesListed: 3, filesKnown: 2 });
    expect((await digestsOf(station, 'c.mp4')).sort()).toEqual([sha256(bytes), sha256(other)].sort());
    expect(await digestsOf(station, 'a.mp4')).toEqual([sha256(bytes)]);
    await station.close();
  });

  it('every file of a slow card: who was not compared the longest by a full sample, the others by fewer blocks, and that counts for less', async () => {
    const names = ['0.mp4', '1.mp4', '2.mp4'];
    await writeCard(card, Object.fromEntries(names.map((name) => [name, randomBytes(LARGE)])));
    const station = await open();
    const first = await dockOnce(station);
    const idOf = Object.fromEntries((await originalsOf(station)).map(({ cardPath, id }) => [cardPath, id]));
    const others = [idOf['0.mp4'] ?? '', idOf['2.mp4'] ?? ''];
    await station.ledger.transaction((writer) => writer.markCompared(others, { how: 'sampled', dockingId: first.id, atMs: 5 }));
    // Each group of blocks takes so long that the time of the card suffices for one full sample.
    const blocks = new Map<string, number>();
    const volume = disturbedVolume(card, async (path, _position, target) => {
      if (target.length > BLOCK) return;
      blocks.set(path, (blocks.get(path) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 170));
    });
    const docking = await station.dock(volume, 'R1', 1);
    await docking.safe();
    expect(names.map((name) => (blocks.get(name) ?? 0) > 200)).toEqual([false, true, false]);
    for (const name of names) expect(blocks.get(name)).toBeGreaterThanOrEqual(15);
    const told = (await station.ledger.custodyOf(docking.id)).find(({ type }) => type === 'docking.compared');
    expect(told?.data).toMatchObject({ files: 3, whole: 0, sampled: 1, blocks: 256, fewer: 2, fewerBlocks: 16, unread: 0 });
    const compared = await station.ledger.compared(Object.values(idOf));
    expect(names.map((name) => compared.get(idOf[name] ?? '')?.sampledAtMs)).toEqual([5, expect.any(Number), 5]);
    expect(compared.get(idOf['1.mp4'] ?? '')?.sampledAtMs).toBeGreaterThan(5);
    await station.close();
  });
});

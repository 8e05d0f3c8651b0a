/*
 * Goal: what failed, what waits and what cannot be played is told where a person looks, with the reason. Method: the whole command line in this process over a
 * real ledger and vault.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { leftOf } from '#desk/dockings';
import { because } from '#domain/reason';
import { en } from '#messages/en';
import { speaker } from '#messages/language';
import { zhCN } from '#messages/zh-CN';
import { anId, anOriginal, aRecording, START_MS, someWork } from '#test/support/builders';
import { showDocking } from '#test/support/card/shown-docking';
import { claimed } from '#test/support/ledger/claims';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;
/** Four recordings: derive was given up; derive failed and is tried again; nothing was made yet; two files are still on the recorder. */
let failed: string;
let failing: string;
let waiting: string;
let leftover: string;
let dockingId: string;

beforeAll(async () => {
  cli = await CommandLine.open();
  const { ledger } = cli.station;
  [failed, failing, waiting] = (await Promise.all(
    [1, 2, 3].map(async (n) => (await cli.station.addRecording(Buffer.from(`footage ${n}`), { kind: 'video' })).id),
  )) as [string, string, string];
  dockingId = (await ledger.recordings.get(failed))?.dockingId ?? '';
  await ledger.transaction(async (writer) => {
    for (const id of [failed, failing, waiting]) await writer.work.insert(someWork('derive', id));
    const reason = { code: 'transcoder.failed' as const, reason: because('said', { text: 'moov\u001b is missing' }) };
    await writer.work.fail(await claimed(writer, `derive.${failed}`), { ...reason, retryInMs: null });
    await writer.work.fail(await claimed(writer, `derive.${failing}`), { ...reason, retryInMs: 1000 });
    const recording = aRecording({ dockingId, id: anId('rec', START_MS + 9) });
    leftover = recording.id;
    await writer.recordings.insert({ ...recording, originalCount: 2 });
    for (const index of [1, 2])
      await writer.originals.insert(
        anOriginal(recording, { id: anId('org', START_MS + index), index, cardPath: `DCIM/${index}\u202e.MP4`, bytes: 3 * 2 ** 20 }),
      );
  });
});
afterAll(() => cli.close());

it('an original that waits to come back from the archive says so with its reason, in both languages', async () => {
  const { ledger, clock } = cli.station;
  const [original] = await ledger.originals.ofRecording(waiting);
  const id = original?.id ?? '';
  expect((await cli.json(['recording', waiting])).fetches).toEqual([]);
  const why = because('said', { text: 'no\u001b route' });
  const dueAtMs = clock.nowMs() + 60_000;
  await ledger.transaction(async (writer) => {
    await writer.eviction.noteFetch(id, clock.nowMs());
    await writer.eviction.postponeFetch(id, { dueAtMs, why });
  });
  const { out } = await cli.run(['recording', waiting]);
  expect(out).toContain(
    'Original 1 was wanted back from the archive and waits: no\\u{1b} route. It was tried 1 time, and is tried again at ',
  );
  expect((await cli.run(['recording', waiting, '--lang', 'zh-CN'])).out).toContain('原始文件 1 待从归档取回：no\\u{1b} route。已尝试 1 次');
  const [told] = (await cli.json(['recording', waiting])).fetches as { nextAt: string }[];
  expect(told).toMatchObject({ original: 1, attempts: 1, reason: why });
  expect(Date.parse(told?.nextAt ?? '')).toBe(dueAtMs);
  await ledger.transaction((writer) => writer.eviction.forgetFetch(id));
});

describe('a recording whose work failed', () => {
  it('shows so in the list, in its own words, and as JSON', async () => {
    const { out } = await cli.run(['recordings']);
    expect(out).toMatch(new RegExp(`${failed} .*derive-failed\n`));
    expect(out).toMatch(new RegExp(`${failing} .*derive-failing\n`));
    expect(out).not.toMatch(new RegExp(`${waiting} .*derive-fail`));
    expect((await cli.run(['recording', failed])).out).toContain('derive failed: The transcoder failed: moov\\u{1b} is missing');
    expect((await cli.run(['recording', failing])).out).toContain('derive failed the last time, and is tried again: The transcoder failed');
    expect((await cli.run(['recording', failed, '--lang', 'zh-CN'])).out).toMatch(/失败：转码失败：moov/);
    const trouble = [
      { stage: 'derive', state: 'failed', code: 'transcoder.failed', reason: because('said', { text: 'moov\u001b is missing' }) },
    ];
    expect((await cli.json(['recording', failed])).trouble).toEqual(trouble);
    expect((await cli.json(['recording', waiting])).trouble).toEqual([]);
  });

  it('is told of to ingest --wait, in whatever state its recording is', async () => {
    // Work that was given up is settled: the recording is in its last state and not among those with open work.
    const { deps } = cli.station;
    const pending = await deps.ledger.work.list({ leftOf: leftOf(deps, dockingId), limit: 100 });
    expect(pending.map(({ id, state, errorReason }) => [id, state, errorReason])).toContainEqual([
      `derive.${failed}`,
      'failed',
      because('said', { text: 'moov\u001b is missing' }),
    ]);
    expect(pending.filter(({ id }) => id === `derive.${failed}`)).toHaveLength(1);
  });
});

describe('what cannot be played', () => {
  const play = (id: string, ...more: string[]) => cli.run(['play', id, '--out', '/tmp/never-made.mp4', ...more]);
  it.each([
    ['waits to be made', () => waiting, /It has not been made yet.*poster of \S+: waiting, 0 % done\n.*evidock jobs/s],
    ['failed and is tried again', () => failing, /It has not been made yet.*it failed: moov/s],
    ['is still coming', () => leftover, /It has not been made yet.*still being taken in/s],
  ])('says so where it %s', async (_, id, words) => {
    expect((await play(id(), '--derivative', 'poster')).err).toMatch(words);
  });

  it('names the original where nothing can be made', async () => {
    const { id } = await cli.station.addRecording(Buffer.from('a log'), { kind: 'log' });
    await cli.station.ledger.transaction((writer) => writer.recordings.update(id, { state: 'derived' }));
    const detail = await cli.station.ledger.recordings.detail(id);
    const { derivativeItem } = await import('#desk/footage');
    const bare = detail && { ...detail, derivatives: [] };
    const attempt = () => bare && derivativeItem(bare, 'playable', null);
    expect(attempt).toThrow(/nothing playable of this recording: \S+; the original is 1: DCIM\S+ \(log, 5 B\)/);
  });
});

it('a recording that waits says for what', async () => {
  expect((await cli.run(['recordings'])).out).toMatch(new RegExp(`${leftover} .*waits-for-its-recorder`));
  const { out } = await cli.run(['recording', leftover]);
  expect(out).toContain(
    'It waits for 2 files that are still on recorder DSJ0012345: DCIM/1\\u{202e}.MP4 (3.0 MiB), DCIM/2\\u{202e}.MP4 (3.0 MiB).',
  );
});

it('a file that changed while it was copied is closed as replaced once its new version is sealed, and only then', async () => {
  const { ledger } = cli.station;
  const seal = async (index: number) => {
    const recording = aRecording({ dockingId, id: anId('rec', START_MS + 60_000 + index) });
    const original = anOriginal(recording, {
      id: anId('org', START_MS + 60_000 + index),
      cardPath: `DCIM/${index}\u202e.MP4`,
      bytes: 4 * 2 ** 20,
    });
    await ledger.transaction(async (writer) => {
      await writer.recordings.insert(recording);
      await writer.originals.insert(original);
      await writer.originals.markCopied(original.id, {
        digests: { sha256: `${index}`.repeat(64), sm3: null },
        duplicateOf: null,
        copiedAtMs: START_MS,
      });
    });
    // A newer version that is copied, but not sealed, does not count yet.
    expect((await cli.json(['recording', leftover])).replacedBy).toBeNull();
    await ledger.transaction((writer) => writer.originals.markSealed(original.id, START_MS));
    return recording.id;
  };
  await seal(1);
  // The other of its two files may still come.
  expect((await cli.json(['recording', leftover])).replacedBy).toBeNull();
  const second = await seal(2);
  expect((await cli.json(['recording', leftover])).replacedBy).toBe(second);
  const { out } = await cli.run(['recording', leftover]);
  expect(out).toContain(`its new version is sealed in ${second}`);
  expect(out).not.toContain('It waits for');
  expect((await cli.run(['recordings'])).out).toMatch(new RegExp(`${leftover} .* replaced`));
  // The row as it is once the recording is closed: the same words are shown, and no list of what is waited for names it.
  await ledger.transaction(async (writer) => {
    for (const { id } of await writer.originals.ofRecording(leftover)) await writer.originals.markReplaced(id, second);
    await writer.recordings.update(leftover, { state: 'replaced' });
  });
  expect((await cli.run(['recordings', '--state', 'copying'])).out).not.toContain(leftover);
  expect((await cli.run(['recordings', '--state', 'replaced'])).out).toMatch(new RegExp(`${leftover} .* replaced`));
  expect(await cli.json(['recording', leftover])).toMatchObject({ state: 'replaced', replacedBy: second });
  expect((await cli.run(['recording', leftover])).out).toContain(`its new version is sealed in ${second}`);
  // No entry was written here, so the row looks like one that somebody has marked by hand.
  expect((await cli.run(['verify', '--recording', leftover])).out).toContain('the custody log has no entry of it');
  expect((await cli.run(['play', leftover, '--out', '-'])).err).toContain(`changed before they were copied, see ${second}`);
});

describe('words', () => {
  it('know one from many, in every text that counts', () => {
    const say = speaker('en');
    expect([0, 1, 2].map((count) => say('recordings.count', { count }))).toEqual(['0 recordings.', '1 recording.', '2 recordings.']);
    expect(say('slots.learn.done', { count: 1 })).toBe('1 slot has its number.');
    expect(say('custody.recording.verified', { faults: '1' })).toBe('verified, 1 difference');
    // A number before a plain plural means that nobody thought of the number one.
    const plain = Object.entries(en).filter(([, text]) =>
      /\{(count|files|events|recordings|faults|log|places|jobs|recorders)\} (?:\w+ )?(files|jobs|recordings|events|entries|places|differences|recorders|slots)\b/.test(
        text,
      ),
    );
    expect(plain).toEqual([]);
    for (const text of Object.values(zhCN)) expect(text).not.toMatch(/\{\w+:/);
  });
});

it('a file that is not read has no rate', async () => {
  const board = new LiveSlotBoard({ nowMs: () => START_MS });
  const id = showDocking(board, 1, { phase: 'copying', bytesListed: 2 ** 40 });
  board.copied(id, 1000);
  await new Promise((resolve) => setTimeout(resolve, 60));
  board.copied(id, 1000);
  const rate = board.snapshot()[0]?.bytesPerSecond ?? 0;
  expect(rate).toBeGreaterThan(0);
  board.passed(id, 384 * 2 ** 30);
  await new Promise((resolve) => setTimeout(resolve, 20));
  board.copied(id, 1000);
  expect(board.snapshot()[0]).toMatchObject({ bytesCopied: 384 * 2 ** 30 + 3000 });
  expect(board.snapshot()[0]?.bytesPerSecond).toBeLessThan(100_000);
});

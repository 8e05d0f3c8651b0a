/*
 * Goal: a person holds footage, reads at once what of it is missing, and somebody else releases it. Method: the whole command line in this process over a real ledger, in both
 * languages.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdOfOthers } from '#test/support/retention/walk-holds';
import { CommandLine } from '#test/support/station/command-line';

const REVIEW = '2026-12-20';

let cli: CommandLine;
let recording: string;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ id: recording } = await cli.station.addRecording(randomBytes(100)));
});
afterAll(() => cli.close());

const set = (...more: string[]) => ['hold', 'set', '--reason', 'order 77', '--review', REVIEW, ...more];

it('is set, listed and shown, with what is missing in words', async () => {
  await cli.station.ledger.transaction(async (writer) => {
    await writer.recordings.update(recording, { missingCount: 2 });
  });
  const done = await cli.run(set('--recording', recording));
  const id = /Hold (lgh-\S+) is in force: 1 recording\./.exec(done.out)?.[1] ?? expect.fail(done.out + done.err);
  expect(done.out).toContain(`Not complete:\n  ${recording}: 2 files of it never came from the recorder`);
  expect(done.out).toContain('The archive does not hold 1 of them yet: the ledger does, and nothing of them is disposed of.');
  expect((await cli.run(['hold', 'list'])).out).toContain(id);
  expect((await cli.run(['hold', 'list', '--recording', recording])).out).toContain('order 77');
  const shown = await cli.run(['hold', 'show', id, '--recordings']);
  expect(shown.out).toMatch(/Recordings +1\n/);
  expect(shown.out).toContain(`${recording}  waits`);
  const chinese = await cli.run(['--lang', 'zh-CN', 'hold', 'show', id]);
  expect(chinese.out).toContain(`不完整：\n  ${recording}: 有 2 个文件始终未从记录仪取回`);
  // Whoever set it at the machine does not release it there.
  const own = await cli.run(['hold', 'release', id, '--reason', 'over']);
  expect([own.status, own.err]).toEqual([1, expect.stringContaining(`hold ${id} was set by you: somebody else releases it`)]);
  expect(await cli.json(['hold', 'show', id])).toMatchObject({ releasedAt: null, scope: { recordings: [recording] } });
});

it('is released by somebody else, with a reason, and nothing is deleted', async () => {
  const id = await holdOfOthers(cli.station.ledger, recording);
  expect((await cli.run(['hold', 'release', id])).status).toBe(2);
  const done = await cli.run(['hold', 'release', id, '--reason', 'judged']);
  expect(done.out).toBe(`Hold ${id} is released. Nothing was deleted; what it kept goes the way of its term.\n`);
  expect((await cli.run(['hold', 'list'])).out).not.toContain(id);
  expect((await cli.run(['hold', 'list', '--all'])).out).toContain(id);
  expect(await cli.json(['hold', 'show', id])).toMatchObject({ releasedBy: 'machine', releaseReason: 'judged' });
  expect(await cli.station.ledger.recordings.get(recording)).not.toBeNull();
});

it('says what is wrong with a request', async () => {
  expect((await cli.run(set())).status).toBe(2);
  expect((await cli.run(set('--from', '2026-06-20'))).err).toContain('to: after from, and both or neither');
  expect((await cli.run(set('--unit', 'nowhere'))).err).toContain('nowhere');
  expect((await cli.run(set('--recording', 'rec-none'))).status).toBe(1);
});

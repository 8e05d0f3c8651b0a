/* Goal: `| head` ends every command quietly, and what a command does it does to its end. Method: the real program, whose reader has gone. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidockJson, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
beforeAll(async () => {
  home = await temporaryDirectory();
  state = join(home.path, 'state');
  await makeSmallCard(join(home.path, 'card'));
});
afterAll(() => home.remove());

/** Runs a command whose output nobody reads; tells its exit status, and what it said to standard error. */
const unread = (args: string) =>
  runProgram('bash', ['-c', `{ scripts/evidock --state-dir "$1" ${args}; echo "status $?" >&2; } | sleep 0`, 'unread', state], {
    cwd: ROOT,
    env: { EVIDOCK_LANG: 'en' },
  });

describe('a command that nobody reads', () => {
  it('takes a card in all the same', async () => {
    expect(await unread(`ingest "${join(home.path, 'card')}" --slot 1`)).toMatchObject({ stderr: expect.stringMatching(/status 0\n$/) });
    const recordings = await evidockJson<{ state: string }[]>(['--state-dir', state, 'recordings']);
    expect(recordings.length).toBeGreaterThan(2);
    expect(recordings.every((recording) => recording.state !== 'copying')).toBe(true);
  });

  it.each(['recordings', '--json recordings', 'config reference'])('ends quietly: %s', async (args) => {
    const { stderr } = await unread(args);
    expect(stderr).not.toMatch(/EPIPE|Error|node:/);
    expect(stderr).toMatch(/status 0\n$/);
  });

  it('tells in one line that its output could not be written', async () => {
    const { stderr } = await runProgram(
      'bash',
      ['-c', 'scripts/evidock --state-dir "$1" config reference >/dev/full; echo "status $?" >&2', 'full', state],
      {
        cwd: ROOT,
      },
    );
    expect(stderr).toBe('evidock: ENOSPC: no space left on device, write\nstatus 1\n');
  });
});

/*
 * Goal: kill -9 right after the entry of a look, or after that of what was seen, leaves the log whole and true: nothing was shown without an entry, and nothing is told
 * twice. A ledger that cannot be written shows nothing.
 * Method: EVIDOCK_FAULT_POINT makes the real process kill itself while it plays a recording; then the log is read and verified.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustodyAnswer } from '#api/custody';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, temporaryDirectory } from '../support/evidock.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let recording: string;

const run = (args: readonly string[], env: Record<string, string> = {}) => evidock(['--state', state, ...args], { env });
const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

async function history(): Promise<readonly CustodyAnswer[]> {
  const { stdout } = await run(['recording', recording, '--json']);
  return (JSON.parse(stdout) as { custody: readonly CustodyAnswer[] }).custody.filter(({ type }) => /viewed|seen/.test(type));
}

beforeAll(async () => {
  home = await temporaryDirectory();
  state = join(home.path, 'state');
  const card = join(home.path, 'card');
  await makeSmallCard(card);
  const ingested = await run(['ingest', card, '--slot', '1', '--serial', 'T000001', '--wait']);
  expect(ingested.status, ingested.stderr).toBe(0);
  const listed = JSON.parse((await run(['recordings', '--json'])).stdout) as readonly { id: string; playable: boolean }[];
  recording = listed.find(({ playable }) => playable)?.id ?? '';
  expect(recording).toMatch(/^rec-/);
}, 360_000);

afterAll(() => home.remove());

describe('kill -9 while somebody looks', () => {
  it.each([
    ['w28-look-recorded', ['recording.viewed']],
    ['w29-seen-recorded', ['recording.viewed', 'recording.seen']],
  ] as const)(
    '%s',
    async (point, types) => {
      const before = (await history()).length;
      const out = join(home.path, `${point}.mp4`);
      const killed = await run(['play', recording, '--out', out], { EVIDOCK_FAULT_POINT: point });
      expect(`${killed.signal ?? killed.status} ${killed.stderr.slice(-2000)}`).toMatch(/^(SIGKILL|137)/);
      // The entry comes before the first byte, and what was seen is written when the station stops.
      if (point === 'w28-look-recorded') expect(await exists(out)).toBe(false);
      const entries = (await history()).slice(before);
      expect(entries.map(({ type }) => type)).toEqual(types);
      const verified = await run(['verify', '--log']);
      expect(verified.status, verified.stdout + verified.stderr).toBe(0);
    },
    360_000,
  );

  it('whole: the look and all of what was seen, each once', async () => {
    const before = (await history()).length;
    const out = join(home.path, 'whole.mp4');
    const played = await run(['play', recording, '--out', out]);
    expect(played.status, played.stderr).toBe(0);
    const { size } = await stat(out);
    const [viewed, seen, ...more] = (await history()).slice(before);
    expect(more).toEqual([]);
    expect(seen?.data).toMatchObject({ bytes: size, itemBytes: size, ranges: [{ start: 0, end: size }], ended: 'stopped' });
    expect(viewed?.data['look']).toMatchObject({ id: seen?.data['look'] });
    const spans = (seen?.data['played'] ?? []) as readonly { fromMs: number; toMs: number }[];
    expect(spans).toHaveLength(1);
    expect(spans[0]?.toMs).toBeGreaterThan(500);
  }, 180_000);
});

/*
 * Goal: whoever saves a copy on the page is told before that it names them, and it does: in its file and in the log.
 * Method: Chromium on a station with real footage and its own ffmpeg.
 */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { sha256Hex } from '#domain/canonical-json';
import type { RecordingJson } from '#test/support/evidock';
import { probed } from '#test/support/media/marked-films';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control, type OfControl } from './support/running-station.ts';
import { OFFICER } from './support/station.ts';

useBrowser();

const ask = <T>(...asked: OfControl) => control<T>(station().state, ...asked);

it('a copy that is saved shows who took it, and the page says so before', async () => {
  const { items } = await ask<{ items: RecordingJson[] }>('GET', `/recordings?limit=1000&officer=${OFFICER}`);
  const [film] = items.filter(({ kind, playable }) => kind === 'video' && playable);
  const seen = await browserOf('officer', { language: 'en' });
  const { page } = seen;
  await open(page, '/');
  const body = {
    ...{ recordings: [film?.id], actions: ['download'], purpose: 'case-handling' },
    until: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const request = await page.evaluate(async (sent) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/api/v1/requests', { method: 'POST', headers, body: JSON.stringify(sent) });
    return ((await answer.json()) as { request: { id: string } }).request.id;
  }, body);
  await ask('POST', `/requests/${request}/decision`, { decision: 'approve' });
  await open(page, `/recordings/${film?.id}`);
  await page.getByText('What is downloaded carries your name').waitFor();
  await shot(page, 'footage-downloads-en');
  await expectAccessible(page);
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  const button = page.getByRole('button', { name: 'Download' }).first();
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  expect(file.suggestedFilename()).toBe(`${film?.id}-playable-marked.mp4`);
  const path = await file.path();
  const { format, streams } = await probed(path);
  expect(streams[0]?.codec_name).toBe('h264');
  expect(format.tags?.['comment']).toMatch(/^王敏 · demo-officer · \d{4}-\d\d-\d\d \d\d:\d\d:\d\d · .{6}$/);
  const digest = sha256Hex(await readFile(path));
  await expect
    .poll(async () => {
      const { items: lines } = await ask<{ items: { what: { sha256: string | null } }[] }>(
        'GET',
        `/audit?recording=${film?.id}&type=recording.seen&limit=50`,
      );
      return lines.map(({ what }) => what.sha256);
    })
    .toContain(digest);
  await expectClean(seen);
}, 240_000);

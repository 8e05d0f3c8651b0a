/*
 * Goal: whoever opens a recording sees of it what their role may, in words of their language; the search box leads to what has a number; the filters stand in the address, so links and the back button work.
 * Method: Chromium on a station with real footage, one browser for each role.
 */
import { expect, it } from 'vitest';
import type { RecordingJson } from '#test/support/evidock';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, settled, shot, textsOf, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control, type OfControl } from './support/running-station.ts';
import { CASE, OFFICER, type RoleName } from './support/station.ts';

useBrowser();

const ask = <T>(...asked: OfControl) => control<T>(station().state, ...asked);
const filmOfCase = async () => {
  const { items } = await ask<{ items: RecordingJson[] }>('GET', `/recordings?case=${CASE}&limit=50`);
  return items.find(({ playable, kind, officerId }) => playable && kind === 'video' && officerId === OFFICER) ?? expect.fail('no film');
};

interface Sees {
  readonly tags: boolean;
  readonly looks: boolean;
  readonly term: boolean;
  /** What leads to the film: to play it, or to ask for it. */
  readonly film: '播放' | '提交申请';
}

const ROLES: readonly (readonly [RoleName, Sees])[] = [
  ['officer', { tags: true, looks: true, term: false, film: '播放' }],
  ['custodian', { tags: true, looks: false, term: true, film: '提交申请' }],
  ['auditor', { tags: false, looks: true, term: true, film: '播放' }],
  ['reviewer', { tags: false, looks: false, term: true, film: '播放' }],
];

it.each(ROLES)(
  '%s sees of a recording what is theirs to see, and nothing else',
  async (role, sees) => {
    const film = await filmOfCase();
    const seen = await browserOf(role);
    const { page } = seen;
    await open(page, `/recordings/${film.id}`);
    await page.getByRole('heading', { name: '原始文件与副本' }).waitFor();
    await page.getByRole('heading', { name: '流转记录' }).waitFor();
    await page.getByRole('link', { name: sees.film }).waitFor();
    await settled(page);
    const panels = await page.getByRole('heading', { level: 2 }).allInnerTexts();
    expect({
      tags: panels.includes('标注'),
      looks: panels.includes('调阅情况'),
      term: panels.includes('保存期限'),
      film: sees.film,
    }).toEqual(sees);
    expect(await page.getByRole('alert').count(), 'nothing is refused on the page').toBe(0);
    await page
      .getByText(/^SHA-256/)
      .first()
      .waitFor();
    await shot(page, `footage-recording-${role}-zh-CN`);
    await expectAccessible(page);
    for (const width of [1280, 760, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page);
    }
    await expectClean(seen);
  },
  60_000,
);

it('an administrator has no page of recordings', async () => {
  const seen = await browserOf('system-administrator', { language: 'en' });
  const { page } = seen;
  await page.goto(`/recordings/${(await filmOfCase()).id}`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await expectClean(seen);
}, 60_000);

it('the search box leads to what has the number; filters stand in the address', async () => {
  const film = await filmOfCase();
  const seen = await browserOf('auditor', { language: 'en' });
  const { page } = seen;
  await open(page, '/recordings');
  const find = async (text: string) => {
    await page.getByRole('searchbox').fill(text);
    await page.getByRole('searchbox').press('Enter');
  };
  await find(film.id);
  await page.waitForURL(`**/recordings/${film.id}`);
  await find(CASE);
  await page.waitForURL((url) => url.pathname === `/cases/${CASE}`);
  await find(OFFICER);
  await page.waitForURL(`**/recordings?officer=${OFFICER}`);
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('row').nth(1).waitFor();
  await find('no such number');
  await page.getByText('Nothing has the number no such number.').waitFor();
  await shot(page, 'footage-find-none-en');
  await page.goBack();
  await page.waitForURL(/officer=.*look=table/);
  expect(await page.getByLabel('Officer number').inputValue()).toBe(OFFICER);
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.waitForURL((url) => !url.searchParams.has('officer'));
  expect(await page.getByLabel('Officer number').inputValue()).toBe('');
  await page.getByLabel('State', { exact: true }).selectOption('disposed');
  await page.getByText('No recording that you may see matches.').waitFor();
  await shot(page, 'footage-recordings-none-en');
  await expectAccessible(page);
  await expectClean(seen);
}, 240_000);

it.each([
  ['en', /[\u4e00-\u9fff]/],
  ['zh-CN', /[A-Za-z]{4,}/],
] as const)(
  'nothing stands in the other language: %s',
  async (language, foreign) => {
    const film = await filmOfCase();
    const seen = await browserOf('custodian', { language });
    const { page } = seen;
    // Names, titles and numbers are what people wrote; digests and products have one name.
    const { items: cases } = await ask<{ items: { number: string; title: string }[] }>('GET', '/cases?limit=200');
    const { items: officers } = await ask<{ items: { id: string; name: string }[] }>('GET', '/officers?limit=1000');
    const written = [
      ...cases.flatMap(({ number, title }) => [title, number]),
      ...officers.map(({ name }) => name),
      film.id,
      film.recorderSerial,
    ];
    const own =
      /Evidock|English|中文|SHA-256|李文博|王敏|陈立新|赵国强|执法一大队|(?:rec|dck|cst|lok)-[\w-]+|^#|\.(?:mp4|MP4|jpg|wav|txt|avi|MOV)/;
    const left: string[] = [];
    for (const path of ['/recordings', '/recordings?look=table', '/unassigned', `/recordings/${film.id}`]) {
      await open(page, path);
      for (const text of await textsOf(page)) {
        const rest = written.reduce((all, one) => all.replaceAll(one, ''), text);
        if (foreign.test(rest) && !own.test(rest)) left.push(`${path}: ${text}`);
      }
    }
    expect([...new Set(left)]).toEqual([]);
    await expectClean(seen);
  },
  90_000,
);

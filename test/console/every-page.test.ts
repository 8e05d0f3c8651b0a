/*
 * Goal: every page holds what holds for all of them: light and dark, in both languages, at 200 % (a window of half the size), on a telephone, and when the station answers with a failure: nothing is cut off, axe-core
 * finds nothing serious, no text stands in the other language, nothing fails unseen, and nothing is asked of another place.
 * Method: half of the pages in light each day, a third in dark and failing (part-of-today.ts); `scripts/test --long` has all. The pages are taken from the tables of the console itself, each with somebody who has it, on a station of real footage. Pages of one thing that only other tests make are named with the test that has them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TASKS, type Task } from '#domain/access/tasks';
import { en } from '#messages/en';
import { pagesEn } from '#messages/pages/en';
import { pagesZhCN } from '#messages/pages/zh-CN';
import { zhCN } from '#messages/zh-CN';
import { ROOT } from '#test/support/evidock';
import { partOfToday } from '#test/support/part-of-today';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, settled, shot, textsOf, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { CASE, OFFICER, type RoleName } from './support/station.ts';

useBrowser();

const ROLES: readonly RoleName[] = ['custodian', 'auditor', 'officer', 'reviewer', 'system-administrator', 'security-administrator'];
/** By their own tests, because only those make what they show. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '/duties/:id': 'retention.test.ts',
  '/disposals/:id': 'retention.test.ts',
  '/requests/:id': 'supervision.test.ts',
  '/admin/policy/:version': 'supervision-pages.test.ts',
  '/sampling/:id': 'supervision-pages.test.ts',
};

interface Known {
  readonly path: string;
  readonly role: RoleName;
}

/** The tables of pages, read as text: what they load is written for a browser. */
function pagesOf(): readonly Known[] {
  const rooms = join(ROOT, 'src/console/pages');
  const text = readdirSync(rooms).map((room) => {
    try {
      return readFileSync(join(rooms, room, 'pages.ts'), 'utf8');
    } catch {
      return '';
    }
  });
  return [...text.join('\n').matchAll(/path: '([^']+)',\s*tasks: \[([^\]]*)\](,\s*officer: true)?/g)].map(
    ([, path = '', tasks = '', own]) => {
      const named = [...tasks.matchAll(/'([^']+)'/g)].map(([, task]) => task as Task);
      const role = own ? 'officer' : ROLES.find((each) => named.length === 0 || named.some((task) => DEFAULT_TASKS[task].includes(each)));
      if (role === undefined) throw new Error(`nobody has ${path}`);
      return { path, role };
    },
  );
}

const PAGES = pagesOf();
const ids: Record<string, string> = {};

beforeAll(async () => {
  const { state } = station();
  const first = async <T>(path: string, is: (item: T) => boolean = () => true) => {
    const found = (await control<{ items: T[] }>(state, 'GET', path)).items.find(is);
    if (found === undefined) throw new Error(`nothing at ${path}`);
    return found;
  };
  type Film = { id: string; playable: boolean; dockingId: string; recorderSerial: string; caseNumbers: string[] };
  const film = await first<Film>('/recordings?limit=1000', ({ playable, caseNumbers }) => playable && caseNumbers.includes(CASE));
  const hold = await control<{ id: string }>(state, 'POST', '/holds', {
    ...{ case: CASE, reason: 'A court has asked for it.', review: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10) },
  });
  Object.assign(ids, {
    ...{ number: CASE, recording: film.id, serial: film.recorderSerial, version: '1' },
    ...{ '/recordings/:id': film.id, '/recordings/:id/play': film.id, '/intake/:id': film.dockingId, '/officers/:id': OFFICER },
    ...{ '/holds/:id': hold.id, '/admin/accounts/:id': (await first<{ id: string }>('/users')).id },
    '/admin/units/:id': (await first<{ id: string }>('/units')).id,
  });
});

function addressOf(path: string): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = ids[path] ?? ids[name];
    if (value === undefined) throw new Error(`no ${name} for ${path}`);
    return encodeURIComponent(value);
  });
}

/** Texts of the other language's catalogue that have words of their own in this one. */
function wordsOfOther(language: 'zh-CN' | 'en'): ReadonlySet<string> {
  const [own, other]: Readonly<Record<string, string>>[] = [
    { ...en, ...pagesEn },
    { ...zhCN, ...pagesZhCN },
  ];
  const [these = {}, those = {}] = language === 'en' ? [own, other] : [other, own];
  const mine = new Set(Object.values(these));
  return new Set(Object.values(those).filter((text) => text.length > 3 && !text.includes('{') && !mine.has(text)));
}
const FOREIGN = { en: wordsOfOther('en'), 'zh-CN': wordsOfOther('zh-CN') };

async function expectLanguage(page: Page, language: 'zh-CN' | 'en'): Promise<void> {
  expect((await textsOf(page)).filter((text) => FOREIGN[language].has(text))).toEqual([]);
}

const named = (path: string) => path.replace(/^\//, '').replaceAll(/[/:]+/g, '-') || 'home';

describe.each(ROLES)('%s', (role) => {
  const own = PAGES.filter((page) => page.role === role && !(page.path in ELSEWHERE));

  it('light, in Chinese, at 200 % and on a telephone', async () => {
    const seen = await browserOf(role);
    for (const { path } of partOfToday(own, 2)) {
      await seen.page.setViewportSize({ width: 1280, height: 800 });
      await open(seen.page, addressOf(path));
      await shot(seen.page, `every-${named(path)}-zh-CN`);
      await expectAccessible(seen.page);
      await expectLanguage(seen.page, 'zh-CN');
      for (const size of [
        { width: 640, height: 400 },
        { width: 390, height: 800 },
      ]) {
        await seen.page.setViewportSize(size);
        await expectNoOverflow(seen.page);
      }
    }
    await expectClean(seen);
  }, 600_000);

  it('dark, in English, without motion', async () => {
    const seen = await browserOf(role, { language: 'en', dark: true, reducedMotion: true });
    for (const { path } of partOfToday(own, 3)) {
      await open(seen.page, addressOf(path));
      await shot(seen.page, `every-${named(path)}-dark-en`);
      await expectAccessible(seen.page);
      await expectLanguage(seen.page, 'en');
      // What lasts no longer than a frame is no motion.
      const moving = await seen.page.evaluate(
        () => document.getAnimations().filter(({ effect }) => Number(effect?.getTiming().duration ?? 0) > 16).length,
      );
      expect(moving, path).toBe(0);
    }
    await expectClean(seen);
  }, 600_000);

  it('when the station fails, in words and with a way on', async () => {
    const seen = await browserOf(role);
    const { page } = seen;
    await open(page, addressOf('/account'));
    await page.route(/\/api\/v1\/(?!session$|changes|sign-in)/, (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          ...{ type: 'urn:evidock:problem:ledger.failed', title: 'x', status: 500, detail: 'x', code: 'ledger.failed', remedy: 'x' },
          ...{ reason: { code: 'words', params: { text: 'disk' } }, instance: 'urn:uuid:00000000-0000-4000-8000-000000000000' },
        }),
      }),
    );
    for (const { path } of partOfToday(own, 3)) {
      await page.goto(addressOf(path));
      await page.getByRole('main').waitFor();
      await settled(page);
      const told = await page.getByRole('main').textContent();
      expect(told?.trim().length, path).toBeGreaterThan(0);
      expect(told, path).not.toContain('undefined');
      await shot(page, `every-${named(path)}-failing-zh-CN`);
      await expectAccessible(page);
    }
    await expectClean(seen);
  }, 600_000);
});

it('no page is left out', () => {
  expect(PAGES.length).toBeGreaterThan(45);
  expect(Object.keys(ELSEWHERE).filter((path) => !PAGES.some((page) => page.path === path))).toEqual([]);
});

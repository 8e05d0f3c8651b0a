import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { ROOT } from '#test/support/evidock';
import { seriousFindings } from './axe.ts';
import { station, useStation } from './own-station.ts';
import type { RoleName } from './station.ts';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
];
const WAIT_MS_MAX = 60_000;
/** `list.loading` and `list.slow` in both languages. */
const LOADING = /(正在|仍在)载入|\b[Ll]oading\b/;
/** A page that has an answer asks the next thing sooner. */
const QUIET_MS = 120;
const QUIET_TIMES = 3;
const SHOTS = join(ROOT, 'test/console/shots');

type Language = 'zh-CN' | 'en';

interface Options {
  /** zh-CN if left out, as the pages are. */
  readonly language?: Language;
  /** 1280 × 800 if left out: the screen of a station. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly dark?: boolean;
  readonly reducedMotion?: boolean;
  /** Of a station that the test has started itself; that of all pages if left out. */
  readonly address?: string;
}

/** A browser's page, and what went against the rules that hold on every page. */
export interface Seen {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the content rules, requests to other places, errors that nobody caught. A test ends with `expectClean`. */
  readonly faults: string[];
}

let browser: Browser | undefined;

/** To be called once in a file that tests pages: one Chromium for it, and one station. */
export function useBrowser(): void {
  useStation();
  useChromium();
}

/** The same for a file that starts the stations of its tests itself. */
export function useChromium(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
  }, 60_000);
}

/** A Chromium that keeps what it knows in a directory, as that of a kiosk's screen does. The caller closes it, or kills it. */
export function keptBrowser(directory: string, address: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(directory, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    baseURL: address,
  });
}

/** A new browser of somebody who is signed in; `null`: nobody. */
export async function browserOf(role: RoleName | null, options: Options = {}): Promise<Seen> {
  if (!browser) throw new Error('useBrowser() was not called');
  const {
    language = 'zh-CN',
    viewport = { width: 1280, height: 800 },
    dark = false,
    reducedMotion = false,
    address = station().address,
  } = options;
  const context = await browser.newContext({
    baseURL: address,
    viewport,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    // Never the zone of the machine: pages show that of the station.
    timezoneId: 'America/New_York',
  });
  await context.addInitScript(`try { localStorage.setItem('evidock-language', '${language}') } catch {}`);
  // Two cores are shared by three such browsers and their station.
  context.setDefaultTimeout(WAIT_MS_MAX);
  const faults: string[] = [];
  asked.set(context, countAsked(context));
  const page = await context.newPage();
  watch(page, new URL(address).origin, faults);
  context.on('page', (other) => watch(other, new URL(address).origin, faults));
  if (role !== null) {
    const answer = await context.request.post('/api/v1/session', {
      data: { account: `demo-${role}`, password: station().passwords[role] },
      headers: { origin: address },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  return { page, context, faults };
}

function watch(page: Page, origin: string, faults: string[]): void {
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== 'blob:') faults.push(`request to ${request.url()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) faults.push(message.text());
  });
}

/** Nothing went against the rules of every page. Closes the browser. */
export async function expectClean({ faults, context }: Seen): Promise<void> {
  await context.close();
  expect(faults).toEqual([]);
}

/** Goes to a page and waits until its title stands and nothing is loading. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await settled(page);
}

/** What the pages of a browser have asked of the API and not been answered; streams, which stay open, left out. */
const asked = new WeakMap<BrowserContext, Set<Request>>();

function countAsked(context: BrowserContext): Set<Request> {
  const waiting = new Set<Request>();
  context.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.resourceType() === 'fetch' && pathname.startsWith('/api/') && !pathname.endsWith('/events')) waiting.add(request);
  });
  const answered = (request: Request) => waiting.delete(request);
  context.on('requestfinished', answered);
  context.on('requestfailed', answered);
  return waiting;
}

/** The API has answered all that the page asks, what it asks because of an answer too, and nothing says any more that it is loading. */
export async function settled(page: Page): Promise<void> {
  const waiting = asked.get(page.context());
  const quiet = async () => waiting?.size === 0 && (await page.getByRole('status').filter({ hasText: LOADING }).count()) === 0;
  let times = 0;
  await expect
    .poll(async () => (times = (await quiet()) ? times + 1 : 0), { interval: QUIET_MS / QUIET_TIMES })
    .toBeGreaterThan(QUIET_TIMES);
}

/** Keeps a picture for a person to look at: test/console/shots/NAME.png. */
export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** No part of the page reaches out of the window sideways. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${page.url()} is wider than the window by ${over} px`).toBeLessThanOrEqual(0);
}

/** axe-core finds nothing serious or critical (WCAG 2.2 A and AA). */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await seriousFindings(page)).toEqual([]);
}

/** Texts that are the same in both languages, or were left in the other one, as the page shows them. */
export async function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      if (text !== '' && !node.parentElement?.closest('code, kbd, time, [lang], script, [data-untranslated]')) texts.push(text);
    }
    return texts;
  });
}

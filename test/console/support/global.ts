import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { buildPages, type ConsoleStation, startConsoleStation } from './station.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly console: ConsoleStation;
  }
}

/** One station for all tests of pages: starting one, with footage, takes most of a minute. Each test makes what it changes. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kept = process.env['EVIDOCK_CONSOLE_STATION'];
  if (kept !== undefined) {
    await buildPages();
    project.provide('console', JSON.parse(readFileSync(kept, 'utf8')) as ConsoleStation);
    return async () => undefined;
  }
  const { station, stop } = await startConsoleStation();
  project.provide('console', station);
  return stop;
}

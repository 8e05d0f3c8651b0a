import type { TestProject } from 'vitest/node';
import { type ConsoleStation, startConsoleStation } from './station.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly console: ConsoleStation;
  }
}

/** One station for all tests of pages: starting one, with footage, takes most of a minute. Each test makes what it changes. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { station, stop } = await startConsoleStation();
  project.provide('console', station);
  return stop;
}

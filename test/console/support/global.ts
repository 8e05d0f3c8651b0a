import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { buildPages, type ConsoleStation, makeTemplate, type Template } from './station.ts';

/** `kept`: a station that stands already (docs/console.md), for all files. */
export type Provided = { readonly kept: ConsoleStation } | { readonly template: Template };

declare module 'vitest' {
  interface ProvidedContext {
    readonly console: Provided;
  }
}

/** What every file of tests copies its own station from: making one, with footage, takes most of a minute. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kept = process.env['EVIDOCK_CONSOLE_STATION'];
  if (kept !== undefined) {
    await buildPages();
    project.provide('console', { kept: JSON.parse(readFileSync(kept, 'utf8')) as ConsoleStation });
    return async () => undefined;
  }
  const { template, remove } = await makeTemplate();
  project.provide('console', { template });
  return remove;
}

import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { type ConsoleStation, startCopy } from './station.ts';

let current: ConsoleStation | undefined;

/** The station of this file of tests. */
export function station(): ConsoleStation {
  if (!current) throw new Error('useStation() was not called');
  return current;
}

/** Directory of the sample cards, for files that start stations themselves. */
export function sampleCards(): string {
  const given = inject('console');
  return 'kept' in given ? given.kept.cards : join(given.template.home, 'cards');
}

/** Gives a file a station of its own: what others do at the same moment is nothing to it. To be called once, before other hooks. */
export function useStation(): void {
  let stop: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    const given = inject('console');
    if ('kept' in given) current = given.kept;
    else ({ station: current, stop } = await startCopy(given.template));
  }, 300_000);
  afterAll(() => stop(), 60_000);
}

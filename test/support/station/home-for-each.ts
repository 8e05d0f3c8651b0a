import { afterAll, beforeEach } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';

/** Gives each test of the file a directory of its own; all are removed when the last has run. */
export function homeForEach(use: (home: string) => void): void {
  const homes: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    const { path, remove } = await temporaryDirectory();
    homes.push(remove);
    use(path);
  });
  afterAll(async () => {
    for (const remove of homes) await remove();
  });
}

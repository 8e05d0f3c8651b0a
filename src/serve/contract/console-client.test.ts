/*
 * Goal: the types by which pages ask are those of the API.
 * Method: they are written anew from the table of routes and compared with what the tree holds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';
import { consoleClient } from './console-client.ts';

it('src/console/client/api.ts is what scripts/generate-console-client.ts writes', () => {
  expect(readFileSync(join(ROOT, 'src/console/client/api.ts'), 'utf8') === consoleClient(), 'run scripts/generate-console-client.ts').toBe(
    true,
  );
});

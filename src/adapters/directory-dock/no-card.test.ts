/* Goal: what is no card is refused by name before anything in it is read, also through links. Method: real directories, and those of this machine. */

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, runProgram, temporaryDirectory } from '#test/support/evidock';
import { saying } from '#test/support/saying';
import { mustBeCard } from './no-card.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
const at = (...parts: string[]) => join(home.path, ...parts);
const own = () => ({ whole: [at('card/state'), at('archive')], inside: [at('card/state/vault'), at('archive'), at('later/not/yet')] });

beforeAll(async () => {
  home = await temporaryDirectory();
  for (const place of ['card/state/vault/2026', 'card/state/card', 'archive/2026', 'other', 'later'])
    await mkdir(at(place), { recursive: true });
  await writeFile(at('file'), '');
  await symlink(at('card/state/vault'), at('link'));
  await symlink('/etc', at('system'));
  await symlink(at('other'), at('honest'));
});
afterAll(() => home.remove());

it.each([
  ['/', /of the system/],
  ['/etc', /of the system/],
  ['/etc/ssl', /of the system/],
  ['/dev', /of the system/],
  ['/proc/self', /of the system/],
  ['/proc/self/root', /of the system/],
  ['/sys/class', /of the system/],
  ['/usr/share', /of the system/],
  ['/bin', /of the system/],
  ['/home', /of the system/],
  ['/var', /of the system/],
  ['/tmp', /of the system/],
  ['//etc/../', /of the system/],
  ['system', /of the system/],
  ['card', /holds .*card\/state/],
  ['card/state', /holds .*card\/state/],
  ['card/state/vault', /lies in .*vault/],
  ['card/state/vault/2026', /lies in/],
  ['link', /lies in/],
  ['archive', /the station's own/],
  ['archive/2026', /lies in .*archive/],
  ['later', null],
  ['file', /is not a directory/],
  ['nope', /does not exist/],
  ['file/below', /cannot be read/],
])('%s', async (path, why) => {
  const directory = path.startsWith('/') ? path : at(path);
  if (why === null) return void (await expect(mustBeCard(directory, own())).resolves.toMatchObject({ root: directory }));
  await expect(mustBeCard(directory, own())).rejects.toMatchObject({ code: 'request.no-card', detail: expect.stringMatching(why) });
});

it('takes a card beside what is the station’s in its state, and what a link leads to', async () => {
  expect((await mustBeCard(at('card/state/card'), own())).root).toBe(at('card/state/card'));
  expect((await mustBeCard(at('honest'), own())).root).toBe(at('other'));
  await expect(mustBeCard(at('other'), { whole: [at('other/new/state')], inside: [] })).rejects.toMatchObject({ code: 'request.no-card' });
});

it('is asked before a station is opened, which would write its state into the card', async () => {
  const { status, stderr } = await runProgram(join(ROOT, 'scripts/evidock'), [
    '--state',
    at('other/state'),
    '--json',
    'ingest',
    at('other'),
  ]);
  expect([status, JSON.parse(stderr)]).toMatchObject([1, { code: 'request.no-card', reason: saying('other/state') }]);
  await expect(mustBeCard(at('other/state'), own())).rejects.toMatchObject({ detail: expect.stringContaining('does not exist') });
});

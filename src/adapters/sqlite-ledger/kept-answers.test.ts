// Goal: answers that are kept for repeated requests never fill the ledger. Method: the real ledger, filled to the limit and beyond.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { KEPT_MAX, KEPT_MS } from '#domain/kept-answer';
import { temporaryDirectory } from '#test/support/evidock';
import { openLedger } from './ledger.ts';

const NOW_MS = 10 * KEPT_MS;
const kept = (key: string, atMs: number) => ({ by: 'b', key, sight: 's', request: 'r', status: 204, location: null, body: null, atMs });

it('keeps the newest up to a number, and none for more than a day', async () => {
  const home = await temporaryDirectory();
  const file = join(home.path, 'ledger.sqlite');
  await (await openLedger({ file, stationId: 'test' })).close();
  const raw = new DatabaseSync(file);
  const insert = raw.prepare("INSERT INTO kept_answers VALUES ('b', ?, 'r', 200, NULL, 1, '{}', ?, 's')");
  raw.exec('BEGIN');
  insert.run('old', NOW_MS - KEPT_MS);
  for (let n = 0; n < KEPT_MAX; n += 1) insert.run(`${n}`, NOW_MS - KEPT_MAX + n);
  raw.exec('COMMIT');
  const ledger = await openLedger({ file, stationId: 'test' });
  try {
    await ledger.transaction((writer) => writer.answers.keep(kept('new', NOW_MS)));
    expect(raw.prepare('SELECT count(*) AS n FROM kept_answers').get()).toEqual({ n: KEPT_MAX });
    expect(await ledger.answers.get('b', 'old')).toBeNull();
    expect(await ledger.answers.get('b', '0')).toBeNull();
    expect(await ledger.answers.get('b', '1')).toMatchObject({ body: { text: '{}' } });
    expect(await ledger.answers.get('b', 'new')).toEqual(kept('new', NOW_MS));
    expect(await ledger.answers.get('other', 'new')).toBeNull();
    await ledger.transaction((writer) => writer.answers.keep({ ...kept('new', NOW_MS), body: 'not-kept' }));
    expect((await ledger.answers.get('b', 'new'))?.body).toBe('not-kept');
  } finally {
    raw.close();
    await ledger.close();
    await home.remove();
  }
});

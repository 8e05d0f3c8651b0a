/*
 * Goal: a stay goes from opening to its end and never back. Nothing is begun on a recorder that is leaving, and what was begun is waited for.
 * Method: the stay alone, with an arrival that nobody asks anything of.
 */
import { expect, test } from 'vitest';
import type { Docked } from '#dock/dock-stage';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Arrival } from '#ports/dock';
import { Stay } from './stay.ts';

const GONE = new EvidockError('recorder.removed', because('said', { text: '1-4.1' }));
const DOCKED = { docking: { id: 'dck-1' } } as Docked;
const aStay = () => new Stay({ key: 'k1', port: '1-4.1' } as Arrival, undefined);

test('what is done on a recorder is done in order, and nothing is begun once it leaves', async () => {
  const stay = aStay();
  const done: string[] = [];
  stay.follow(async () => void done.push('before it is opened'));
  await stay.settled();
  stay.open(DOCKED);
  expect([stay.phase, (await stay.opened()).docking.id, stay.dockingId]).toEqual(['docked', 'dck-1', 'dck-1']);
  const { promise, resolve } = Promise.withResolvers<void>();
  stay.follow(async () => {
    await promise;
    done.push('clock');
  });
  stay.follow(async () => void done.push('wipe'));
  await Promise.resolve();
  stay.leave(GONE);
  expect([stay.phase, stay.signal.reason]).toEqual(['leaving', GONE]);
  resolve();
  await stay.settled();
  expect(done).toEqual(['clock']);
  stay.left();
  await stay.whenLeft();
  expect(stay.phase).toBe('left');
});

test('one that is recognised while it leaves has its docking, to be closed, and is docked no more', () => {
  const stay = aStay();
  stay.leave(GONE);
  stay.open(DOCKED);
  expect([stay.phase, stay.dockingId]).toEqual(['leaving', 'dck-1']);
});

test('what cannot happen is refused', async () => {
  const stay = aStay();
  expect(() => stay.left()).toThrow(RangeError);
  stay.refuse(new EvidockError('ledger.failed', because('said', { text: 'disk is full' })));
  await expect(stay.opened()).rejects.toMatchObject({ code: 'ledger.failed' });
  // After a refusal the stay can be tried again, and opens.
  expect(stay.phase).toBe('opening');
  stay.open(DOCKED);
  expect(() => stay.open(DOCKED)).toThrow(RangeError);
  stay.leave(GONE);
  stay.left();
  stay.leave(GONE);
  expect(stay.phase).toBe('left');
  expect(() => stay.open(DOCKED)).toThrow(RangeError);
});

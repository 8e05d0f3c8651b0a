/* Goal: one docking is first at a time, and its slot says so for as long as it is. Method: the real turns, and a board that remembers what it was told. */
import { expect, it } from 'vitest';
import type { DockingPatch } from '#ports/slot-board';
import { FairTurns } from './fair-turns.ts';
import { FirstDocking } from './first-docking.ts';

it('shows the docking that was put first, in place of the one before it, until its files are copied', () => {
  const told: [string, DockingPatch][] = [];
  const turns = new FairTurns(1);
  const first = new FirstDocking(turns, { updateDocking: (id, patch) => void told.push([id, patch]) });
  first.put('dck-1');
  first.put('dck-1');
  first.put('dck-2');
  expect(turns.first).toBe('dck-2');
  first.end('dck-1');
  expect(turns.first).toBe('dck-2');
  first.end('dck-2');
  expect(turns.first).toBeNull();
  expect(told).toEqual([
    ['dck-1', { first: true }],
    ['dck-1', { first: true }],
    ['dck-1', { first: false }],
    ['dck-2', { first: true }],
    ['dck-2', { first: false }],
  ]);
});

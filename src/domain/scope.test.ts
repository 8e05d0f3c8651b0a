// What may be seen by a scope: one way in is enough, and nothing that is missing (an officer, a unit) is ever a way in.
import { describe, expect, it } from 'vitest';
import { covers, coversCase, type NarrowScope } from './scope.ts';

const NOTHING: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };
const RECORDING = { id: 'rec-1', officerId: '7', unit: 'Patrol 3', caseNumbers: ['A-1', 'A-2'] };
const NOBODYS = { id: 'rec-2', officerId: null, unit: null, caseNumbers: [] };

describe('a recording', () => {
  it.each<[string, Partial<NarrowScope>, boolean]>([
    ['its officer', { officers: ['6', '7'] }, true],
    ['the unit of its officer', { units: ['Patrol 3'] }, true],
    ['one of its cases', { cases: ['A-2'] }, true],
    ['itself', { recordings: ['rec-1'] }, true],
    ['another of each', { officers: ['77', ''], units: ['Patrol', ''], cases: ['A'], recordings: ['rec-2', 'rec'] }, false],
    ['a name of another kind', { officers: ['A-1', 'rec-1'], units: ['7'], cases: ['rec-1'], recordings: ['7', 'A-1'] }, false],
    ['nothing', {}, false],
  ])('is covered by %s, or not', (_, scope, is) => expect(covers({ ...NOTHING, ...scope }, RECORDING)).toBe(is));

  it('of nobody is covered by its id, or for all', () => {
    expect(covers({ ...NOTHING, officers: ['', 'null', '7'], units: ['', 'null'] }, NOBODYS)).toBe(false);
    expect([covers({ ...NOTHING, recordings: ['rec-2'] }, NOBODYS), covers('all', NOBODYS)]).toEqual([true, true]);
  });
});

describe('a case', () => {
  const entry = { number: 'A-1', officerIds: ['7', '8'] };
  const unitOf = (officer: string) => (officer === '8' ? 'Patrol 3' : null);
  it.each<[string, Partial<NarrowScope>, boolean]>([
    ['its number', { cases: ['A-1'] }, true],
    ['an officer whom it names', { officers: ['8'] }, true],
    ['the unit of one', { units: ['Patrol 3'] }, true],
    ['a recording', { recordings: ['A-1'] }, false],
    ['what is missing', { units: ['', 'null'], officers: ['9'] }, false],
  ])('is covered by %s, or not', (_, scope, is) => expect(coversCase({ ...NOTHING, ...scope }, entry, unitOf)).toBe(is));

  it('is covered for all', () => expect(coversCase('all', entry, unitOf)).toBe(true));
});

import { named } from '#api/named';
import { ShiftImportBody, ShiftImportJson, ShiftJson } from './shifts.ts';

const span = { officer: '041234', start: '2026-06-20T22:00:00.000+08:00', end: '2026-06-21T06:00:00.000+08:00' };

/** Schemas of shifts that the API document names, each with an example. */
export const SHIFT_COMPONENTS = {
  Shift: named(ShiftJson, { id: 'shf-041234-20260620T140000Z', ...span }),
  ShiftImportBody: named(ShiftImportBody, { format: 'csv', text: 'officer,date,start,end\n041234,2026-06-20,22:00,06:00\n', dryRun: true }),
  ShiftImport: named(ShiftImportJson, {
    ...{ rows: 1, same: 0, added: { count: 1, first: [span] }, changed: { count: 0, first: [] } },
    ...{ removed: { count: 0, first: [] }, unmatched: { count: 0, first: [] } },
  }),
} as const;

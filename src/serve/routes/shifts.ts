import { pageOf } from '#api/common';
import { type ShiftAnswer, type ShiftImportAnswer, ShiftImportBody, ShiftImportJson, ShiftJson, ShiftsQuery } from '#api/retention/shifts';
import { momentOf } from '#desk/registry';
import { importShifts, type ShiftsOutcome } from '#desk/shifts/import-shifts';
import { readShifts } from '#desk/shifts/read-shifts';
import type { Shift } from '#domain/shifts/shift';
import { pageOf as page } from '#serve/pages';
import { Presenter } from '#serve/present';
import { keepingOf } from '#serve/principal';
import { command, query, type Route } from '#serve/route';

const IMPORT_BYTES_MAX = 16 * 1024 * 1024;
/** As many of each kind are shown; all of them are counted. */
const SHOWN_MAX = 1000;

function shownSpan(times: Presenter, { officer, startMs, endMs }: Shift) {
  return { officer, start: times.time(startMs), end: times.time(endMs) };
}

function shownOutcome(times: Presenter, { rows, same, added, changed, removed, unmatched }: ShiftsOutcome): ShiftImportAnswer {
  const counted = <T, U>(all: readonly T[], show: (each: T) => U) => ({ count: all.length, first: all.slice(0, SHOWN_MAX).map(show) });
  return {
    ...{
      rows,
      same,
      added: counted(added, (shift) => shownSpan(times, shift)),
      removed: counted(removed, (shift) => shownSpan(times, shift)),
    },
    changed: counted(changed, (shift) => ({ ...shownSpan(times, shift), formerEnd: times.time(shift.formerEndMs) })),
    unmatched: counted(unmatched, ({ line, officer }) => ({ line, officer })),
  };
}

/** Routes of shifts. */
export const shiftRoutes: readonly Route[] = [
  query({
    url: '/api/v1/shifts',
    needs: 'see-registry',
    summary: 'When officers are on duty, by officer and start',
    schema: { querystring: ShiftsQuery, response: pageOf(ShiftJson) },
    handle: async ({ deps: { ledger, facts } }, { query: asked }) => {
      const times = new Presenter(facts.timezone);
      const { officer, from, to } = asked;
      const filter = {
        ...(officer === undefined ? {} : { officer }),
        ...(from === undefined ? {} : { fromMs: momentOf(from, facts.timezone, 'from') }),
        ...(to === undefined ? {} : { beforeMs: momentOf(to, facts.timezone, 'to') }),
      };
      const read = (one: { limit: number; after?: string }) => ledger.shifts.list({ ...filter, ...one });
      const show = (shift: Shift): ShiftAnswer => ({ id: shift.id, ...shownSpan(times, shift) });
      return page({ list: 'shifts', query: asked, read, keyOf: ({ id }) => id, show });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/shifts/import',
    needs: 'change-registry',
    summary:
      'Takes shifts over from a CSV or JSON text: what is not in it is removed on its days, and rows of unknown officers are left out. `dryRun` only tells what that would be',
    custody: ['officer.shifts-changed', 'shifts.imported'],
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ShiftImportBody, response: ShiftImportJson },
    handle: async ({ deps }, { body, principal, custody }) => {
      const { text, whole = false, dryRun = false } = body;
      const outcome = await importShifts(deps, { rows: readShifts(body, deps.facts.timezone), text, whole, dryRun }, keepingOf(principal));
      if (dryRun || outcome.added.length + outcome.changed.length + outcome.removed.length === 0) custody.unchanged();
      return shownOutcome(new Presenter(deps.facts.timezone), outcome);
    },
  }),
];

import { named } from '#api/named';
import { AcknowledgementBody, DutyCountsJson, DutyJson } from './duties.ts';
import { DutyReportJson } from './duty-report.ts';

const at = '2026-06-20T15:30:00.000+08:00';
const until = '2026-06-27T00:00:00.000+08:00';
const reason = 'The officer was in hospital';

const FIGURES = { opened: 5, metInTime: 3, metLate: 1, acknowledged: 1, open: 2, pastDue: 1 };

/** Schemas of duties that the API document names, each with an example. */
export const DUTY_COMPONENTS = {
  Duty: named(DutyJson, {
    ...{ id: 'dty-01jybqe2v7k3m9', kind: 'recorder-absent', subject: { kind: 'recorder', id: 'DSJ0012345' } },
    ...{
      owner: { role: 'custodian', unit: null, unitName: null },
      since: at,
      due: until,
      state: 'acknowledged',
      overdue: false,
      openedAt: at,
    },
    ...{ acknowledgement: { by: 'usr-01jybqe2v7k3m9', byName: '李文博', at, until, reason }, doneAt: null },
  }),
  DutyCounts: named(DutyCountsJson, { kinds: [{ kind: 'recorder-absent', open: 3, overdue: 1 }] }),
  DutyReport: named(DutyReportJson, {
    ...{ month: '2026-06', from: '2026-06-01T00:00:00.000+08:00', until: '2026-07-01T00:00:00.000+08:00' },
    rows: [{ kind: 'untagged', unit: 'unt-01jybqe2v7k3m9', unitName: '一支队', ...FIGURES }],
    total: FIGURES,
    acknowledgements: [{ duty: 'dty-01jybqe2v7k3m9', kind: 'untagged', by: 'usr-01jybqe2v7k3m9', at, until, reason }],
    ...{ acknowledgementsCount: 1, log: { seq: 4711, hash: 'ab'.repeat(32) } },
  }),
  AcknowledgementBody: named(AcknowledgementBody, { reason, until: '2026-06-27' }),
} as const;

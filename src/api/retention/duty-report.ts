import Type, { type Static } from 'typebox';
import { nullable, oneOf } from '#api/common';
import { DUTY_KINDS } from '#domain/duties/duty';

/** Schemas of the monthly report of duties. */

const figures = {
  opened: Type.Integer({ description: 'Found in the month.' }),
  metInTime: Type.Integer({ description: 'Done in the month, within their time.' }),
  metLate: Type.Integer({ description: 'Done in the month, after their time.' }),
  acknowledged: Type.Integer({ description: 'Acknowledged in the month, each counted once.' }),
  open: Type.Integer({ description: 'Not done when the month ended, acknowledged ones too.' }),
  pastDue: Type.Integer({ description: 'Of those: their time was over then.' }),
};
const kindOrNull = Type.Unsafe<(typeof DUTY_KINDS)[number] | null>({ anyOf: [oneOf(DUTY_KINDS), { type: 'null' }] });
const LogJson = Type.Object({ seq: Type.Integer(), hash: Type.String() }, { description: 'The newest entry of the log when it was made.' });

export const DutyReportJson = Type.Object({
  month: Type.String(),
  from: Type.String(),
  until: Type.String({ description: 'The first moment after it.' }),
  rows: Type.Array(
    Type.Object({
      kind: oneOf(DUTY_KINDS),
      unit: nullable.text('Id of the unit whose duty it is; null: of all.'),
      unitName: nullable.text(),
      ...figures,
    }),
    { description: 'By kind and unit; those of which there was none are left out.' },
  ),
  total: Type.Object(figures),
  acknowledgements: Type.Array(
    Type.Object({
      duty: Type.String(),
      kind: kindOrNull,
      by: Type.String(),
      at: Type.String(),
      until: nullable.text('null: for good.'),
      reason: nullable.text('null: it was erased.'),
    }),
    { description: 'Answers of the month in the order of the log, at most 2000.' },
  ),
  acknowledgementsCount: Type.Integer({ description: 'How many there were.' }),
  log: Type.Unsafe<Static<typeof LogJson> | null>({ anyOf: [LogJson, { type: 'null' }] }),
});

export type DutyReportAnswer = Static<typeof DutyReportJson>;

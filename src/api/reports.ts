import Type, { type Static } from 'typebox';
import { VERDICTS } from '#domain/reports/sample';
import { closed, Name, nullable, oneOf } from './common.ts';

const LANG = oneOf(['en', 'zh-CN'], 'Language of the report; Chinese if left out.');
const MonthText = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$', description: "A month in the station's zone: `2026-06`." });
const REPORT_DEEDS_TEXT = ['printed', 'copied', 'saved'] as const;
const Id = Type.String({ minLength: 1, maxLength: 64 });

export const TrailParams = closed({ recording: Id });
export const MonthParams = closed({ month: MonthText });
export const ReportQuery = closed({ lang: Type.Optional(LANG), to: Type.Optional(Name(200)) });

export const ReportDeedBody = closed({
  report: oneOf(['trail', 'month', 'duties']),
  of: Type.String({ minLength: 1, maxLength: 64, description: 'Of a trail the recording, of the others the month, `2026-06`.' }),
  how: oneOf(REPORT_DEEDS_TEXT, 'What was done with it, as whoever did it says.'),
  copies: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the file.' })),
  to: Type.Optional(Name(200)),
});

export const SampleParams = closed({ id: Id });
export const SampleLookParams = closed({ id: Id, look: Id });
export const SampleQuery = closed({
  check: Type.Optional(Type.Boolean({ description: 'Draws the sample again from the log and compares.' })),
});
export const SampleBody = closed({
  month: MonthText,
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'How many looks; `audit.sampleSize` if left out.' })),
});
export const ReviewBody = closed({ verdict: oneOf(VERDICTS), words: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })) });

const drawn = {
  id: Type.String(),
  month: Type.String(),
  size: Type.Integer({ description: 'How many looks were drawn.' }),
  population: Type.Integer({ description: 'Of how many.' }),
  reviewed: Type.Integer(),
  drawnAt: Type.String(),
  by: Type.String({ description: 'Who drew it.' }),
};
export const SampleJson = Type.Object(drawn);
export const SampleDetailJson = Type.Object({
  ...drawn,
  seed: Type.String({ description: 'Hash of the newest entry of the log when it was drawn.' }),
  head: Type.Integer({ description: 'Number of that entry.' }),
  agrees: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Whether the log gives the same sample again; null: that was not asked.',
  }),
  looks: Type.Array(
    Type.Object({
      look: Type.String(),
      recording: nullable.text(),
      case: nullable.text(),
      who: nullable.text('Who looked.'),
      reason: nullable.text(),
      at: nullable.text(),
      review: Type.Union([
        Type.Object({ verdict: oneOf(VERDICTS), words: nullable.text(), by: Type.String(), at: Type.String() }),
        Type.Null(),
      ]),
    }),
  ),
});

export type SampleAnswer = Static<typeof SampleJson>;
export type SampleDetailAnswer = Static<typeof SampleDetailJson>;

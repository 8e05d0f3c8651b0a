/*
 * Goal: whoever writes a schedule is told what is wrong, where, in both languages; a schedule that would keep something shorter than it seems to is refused. Method: the schedules that come with the
 * software, and copies of a small one with one thing changed.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EvidockError } from '#domain/errors';
import { holidaySchemaText, scheduleReference, scheduleSchemaText } from '#domain/retention/schedule-reference';
import { reasonText } from '#messages/reason';
import { readSchedule } from './read-schedule.ts';

const written = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const SMALL = `format: evidock-retention/1
title: { zh-CN: 小, en: Small }
agency: { sectors: [police], region: CN-33 }
holidays: own
rules:
  - id: all
    title: { zh-CN: 全部, en: All }
    match: {}
    start: docked
    minimum: P6M
    action: propose
    lock: { mode: governance, hold: false, horizonDays: 365 }
    source: { status: policy, title: Agency, checked: 2026-11-26 }
  - id: case
    title: { zh-CN: 案件, en: Case }
    match: { case: any }
    start: case-closed
    minimum: 20 working-days
    maximum: P9Y
    action: review
    source: { status: found, title: A law, article: "7", checked: 2026-11-26 }
`;

function refusal(text: string): string {
  try {
    readSchedule(text, 1, 'own.yaml');
  } catch (error) {
    const { code, reason } = error as EvidockError;
    expect(code).toBe('config.invalid');
    expect(reasonText('zh-CN', reason)).toMatch(/\p{Script=Han}/u);
    return reasonText('en', reason);
  }
  return 'was taken';
}

describe('a schedule', () => {
  it.each(['china', 'us', 'eu'])('%s comes with the software and is sound', (name) => {
    const { version, rules } = readSchedule(written(`config/retention/${name}.yaml`), 7, name);
    expect([version, rules.every(({ source }) => source.title !== '' && source.checked === '2026-11-26')]).toEqual([7, true]);
  });

  it('is read as it is written', () => {
    const { rules, agency } = readSchedule(SMALL, 1, 'own.yaml');
    expect(agency).toEqual({ sectors: ['police'], region: 'CN-33' });
    expect(rules).toMatchObject([
      {
        id: 'all',
        minimum: { kind: 'calendar', months: 6, days: 0 },
        maximum: null,
        lock: { mode: 'governance' },
        source: { article: null },
      },
      {
        id: 'case',
        minimum: { kind: 'working-days', days: 20 },
        maximum: { months: 108 },
        lock: { mode: 'none', hold: false },
        source: { article: '7' },
      },
    ]);
  });

  it.each([
    ['P6M', 'P6', 'line 10, rules[0].minimum: P6 is no term'],
    ['P6M', 'PT24H', 'line 10, rules[0].minimum: PT24H is no term'],
    ['P6M', 'P101Y', 'line 10, rules[0].minimum: P101Y is no term'],
    ['P9Y', 'forever', 'line 19, rules[1].maximum: forever is no term'],
    ['P9Y', 'permanent', 'line 19, rules[1].maximum: rule case: a maximum without end is none'],
    ['minimum: 20 working-days', 'minimum: P10Y', 'line 19, rules[1].maximum: rule case: its maximum is shorter than its minimum'],
    ['20 working-days\n    maximum: P9Y', 'P1M\n    maximum: P30D', 'line 19, rules[1].maximum: rule case: its maximum is shorter'],
    ['minimum: P6M', 'maximum: P6M', 'line 6, rules: no rule keeps every recording'],
    ['match: {}', 'match: { sectors: [police] }', 'line 6, rules: no rule keeps every recording'],
    ['start: docked', 'start: case-decided', 'line 6, rules: no rule keeps every recording'],
    ['    minimum: 20 working-days\n    maximum: P9Y\n', '', 'line 17, rules[1].start: rule case sets no minimum and no maximum'],
    ['status: found', 'status: missing', 'line 21, rules[1].source: rule case has a term, and its source is missing'],
    ['start: docked', 'start: never', 'line 9, rules[0].start: rule all never begins to count'],
    ['match: { case: any }', 'match: { case: none }', 'line 17, rules[1].start: rule case counts from what happens in a case'],
    [
      'match: { case: any }\n    start: case-closed',
      'match: { case: none }\n    start: docked',
      'line 16, rules[1].match: rule case would keep only what has no case',
    ],
    [
      'match: { case: any }',
      'match: { important: false }',
      'line 16, rules[1].match: rule case would keep only what has no case or no mark',
    ],
    ['id: case', 'id: all', 'line 14, rules[1].id: rule all stands here a second time'],
    [
      'checked: 2026-11-26 }\n  - id',
      'checked: 2026-11-31 }\n  - id',
      'line 13, rules[0].source: rule all: the day on which its source was checked',
    ],
    ['region: CN-33', 'region: 浙江', 'line 3, agency.region: a region must be written as in ISO 3166'],
    ['match: { case: any }', 'match: { regions: [CN-3345] }', 'line 16, rules[1].match.regions[0]: the text has more than 6 characters'],
    ['match: { case: any }', 'match: { regions: [cn] }', 'line 16, rules[1].match: a region must be written as in ISO 3166'],
    [
      'action: review',
      'action: review\n    lock: { mode: compliance, hold: true, horizonDays: 3650 }',
      'line 21, rules[1].lock: rule case wants another mode of lock',
    ],
    ['horizonDays: 365', 'horizonDays: 36500', 'line 12, rules[0].lock.horizonDays: 36500 must be at most 3650'],
    ['case: any', 'cases: any', 'line 16, rules[1].match.cases: there is no cases here'],
    ['case: any', 'damaged: false', 'line 16, rules[1].match.damaged: false must be true'],
    ['case: any', 'categories: [force]', 'line 16, rules[1].match.categories[0]: "force" must be one of permit, penalty,'],
    ['action: propose', 'action: delete', 'line 11, rules[0].action: "delete" must be one of propose, review, transfer'],
    ['evidock-retention/1', 'evidock-retention/2', 'line 1, format: "evidock-retention/2" must be evidock-retention/1'],
    ['holidays: own', 'holidays: [own', 'own.yaml: line 5'],
  ])('with %j for %j is refused with its line and place', (before, after, told) => {
    expect(SMALL).toContain(before);
    expect(refusal(SMALL.replace(before, () => after))).toContain(told);
  });

  it('tells every fault at once', () => {
    const told = refusal(SMALL.replace('CN-33', 'x').replace('id: case', 'id: all').replace('P9Y', 'permanent'));
    for (const place of ['agency.region', 'rules[1].id', 'rules[1].maximum']) expect(told).toContain(place);
  });

  it('one whose maximum equals its minimum is sound, also where a month has 31 days', () => {
    expect(refusal(SMALL.replace('20 working-days\n    maximum: P9Y', 'P1M\n    maximum: P31D'))).toBe('was taken');
    expect(refusal(SMALL.replace('20 working-days\n    maximum: P9Y', 'P90D\n    maximum: P90D'))).toBe('was taken');
  });

  it('that is too large is refused', () => {
    expect(refusal(`${SMALL}# ${'x'.repeat(256 * 1024)}`)).toContain('own.yaml: ');
  });
});

it('has its reference and its schemas up to date (node scripts/generate-retention-docs.ts)', () => {
  expect(written('docs/retention-schedule.md')).toBe(scheduleReference());
  expect(JSON.parse(written('config/retention/schedule.schema.json'))).toEqual(JSON.parse(scheduleSchemaText()));
  expect(JSON.parse(written('config/holidays/holidays.schema.json'))).toEqual(JSON.parse(holidaySchemaText()));
});

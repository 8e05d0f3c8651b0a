import { describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { readCases, readOfficers } from './imports.ts';

const ZONE = 'Asia/Shanghai';
const csv = (text: string) => ({ format: 'csv', text }) as const;
const json = (value: unknown) => ({ format: 'json', text: JSON.stringify(value) }) as const;

/** The message with which an import is refused. */
function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    expect(error).toBeInstanceOf(EvidockError);
    expect((error as EvidockError).code).toBe('request.invalid');
    return (error as EvidockError).detail;
  }
  throw new Error('was not refused');
}

describe('readCases', () => {
  it.each([
    ['the same name', 'number,title,title\nA-1,one,two'],
    ['another case of it', 'number,title,Title\nA-1,one,two'],
    ['an alias of it', 'number,title,案号\nA-1,one,A-2'],
  ])('refuses a column that stands there twice: %s', (_, text) => {
    expect(refusal(() => readCases(csv(text), ZONE))).toMatch(/column .* stands there already/);
  });

  it.each(['number', 'title', 'place'])('refuses half of a character in %s', (name) => {
    const row = { number: 'A-1', title: 't', event_start: '2026-06-20 15:00', event_end: '2026-06-20 16:00', place: 'p' };
    const text = JSON.stringify([{ ...row, [name]: 'x\ud800' }]);
    expect(refusal(() => readCases({ format: 'json', text }, ZONE))).toContain(name);
  });

  it('reads dates, levels and marks under the names that they have in China', () => {
    const text =
      '案号,案由,立案日期,处罚决定日期,结案日期,密级,隐私标记\nA-1,x,2026/6/1,2026-07-01,2026-7-20,工作秘密,未成年人、商业秘密\nA-2,y,,,,,';
    expect(readCases(csv(text), ZONE).drafts).toEqual([
      {
        ...{ number: 'A-1', title: 'x', openedOn: '2026/6/1', decidedOn: '2026-07-01', closedOn: '2026-7-20', events: [] },
        ...{ confidentiality: 'internal', privacy: ['minor', 'trade-secret'] },
      },
      { number: 'A-2', title: 'y', events: [] },
    ]);
  });

  it.each([
    ['opened', '2026-02-30'],
    ['decided', 'June'],
    ['closed', '2026'],
    ['confidentiality', 'very'],
    ['privacy', 'minor; nobody'],
  ])('names the row with a wrong %s', (name, value) => {
    expect(refusal(() => readCases(csv(`number,title,${name}\nA-1,x,${value}`), ZONE))).toMatch(new RegExp(`row 2: ${name}[ :]`));
  });

  it('reads a file of a spreadsheet: byte order mark, quotes, empty lines, several events of one case', () => {
    const text = [
      '\ufeffnumber,title,stage,category,officers,event_start,event_end,event_stage,place',
      'A-1,"Stalls, market street",evidence,inspection,041234;041235,2026-06-20 15:00,2026-06-20 16:00,,Market',
      '',
      'A-1,,,,041236,2026-06-21 09:00,2026-06-21 10:00,service,',
      'A-2,Other,,,,,,,',
    ].join('\r\n');
    const { drafts, lines } = readCases(csv(text), ZONE);
    expect(drafts).toEqual([
      {
        number: 'A-1',
        title: 'Stalls, market street',
        stage: 'evidence',
        category: 'inspection',
        officers: ['041234', '041235'],
        events: [
          { start: '2026-06-20 15:00', end: '2026-06-20 16:00', officers: ['041234', '041235'], place: 'Market' },
          { start: '2026-06-21 09:00', end: '2026-06-21 10:00', officers: ['041236'], place: null, stage: 'service' },
        ],
      },
      { number: 'A-2', title: 'Other', events: [] },
    ]);
    expect(lines).toEqual([2, 5]);
  });

  it('knows Chinese headings', () => {
    const words = readCases(csv('案号,案件名称,执法环节,执法类别\nLY-1,占道经营,立案,检查\n'), ZONE);
    expect(words.drafts).toMatchObject([{ stage: 'filing', category: 'inspection' }]);
    // A category is no stage.
    expect(refusal(() => readCases(csv('案号,案件名称,执法环节\nLY-1,占道经营,检查\n'), ZONE))).toContain('stage "检查" is not one of');
    const { drafts } = readCases(csv('案号,案件名称,执法人员\nLY-1,占道经营,041234、041235\n'), ZONE);
    expect(drafts).toEqual([{ number: 'LY-1', title: '占道经营', officers: ['041234', '041235'], events: [] }]);
  });

  it('reads JSON with the same names', () => {
    const { drafts } = readCases(
      json([
        { number: 'A-1', title: 'T', officers: ['041234'], event_start: '2026-06-20T15:00+08:00', event_end: '2026-06-20T16:00+08:00' },
      ]),
      ZONE,
    );
    expect(drafts[0]?.events).toHaveLength(1);
    expect(drafts[0]?.officers).toEqual(['041234']);
  });

  it('names every wrong row at once, by the number that an editor shows', () => {
    const text = [
      'number,title,stage,event_start,event_end',
      'A-1,T,lunch,,',
      ',T,,,',
      'A-3,,,,',
      'A-4,T,,2026-06-20 15:00,',
      'A-5,T,,2026-06-20 15:00,2026-06-20 14:00',
      'A-6,T,,soon,2026-06-20 14:00',
    ].join('\n');
    const detail = refusal(() => readCases(csv(text), ZONE));
    for (const part of [
      'row 2: stage "lunch"',
      'row 3: number is missing',
      'row 4: title is missing',
      'row 5: event_start and event_end',
      'row 6: event_end is before',
      'row 7: event_start: "soon"',
    ]) {
      expect(detail).toContain(part);
    }
  });

  it.each([
    ['an unknown column', csv('number,title,colour\nA,B,red\n'), 'colour'],
    ['a missing column', csv('number\nA\n'), 'title'],
    ['too few cells', csv('number,title\nA\n'), 'line 2'],
    ['an open quote', csv('number,title\nA,"B\n'), 'Quote'],
    ['no row', csv('number,title\n'), 'no rows'],
    ['text that is not JSON', { format: 'json', text: '{' } as const, 'not JSON'],
    ['JSON that is no list', json({}), 'list'],
    ['a member that is no object', json([{ number: 'A', title: 'B' }, 7]), 'row 2'],
    ['a field that is an object', json([{ number: 'A', title: {} }]), 'row 1: title'],
  ])('refuses %s', (_, source, part) => {
    expect(refusal(() => readCases(source, ZONE))).toContain(part);
  });

  it('does not print a thousand complaints', () => {
    const detail = refusal(() =>
      readCases(csv(`number,title\n${'A,\n'.repeat(1)}${Array.from({ length: 999 }, (_, n) => `B${n},\n`).join('')}`), ZONE),
    );
    expect(detail).toContain('and 980 more');
  });
});

describe('readOfficers', () => {
  it('reads them, and refuses the same number twice', () => {
    expect(readOfficers(csv('编号,姓名,单位\n041234,王敏,一大队\n041235,李伟,\n'))).toEqual([
      { id: '041234', name: '王敏', unit: '一大队' },
      { id: '041235', name: '李伟', unit: null },
    ]);
    expect(refusal(() => readOfficers(csv('id,name\n1,A\n1,B\n')))).toContain('row 3: officer 1 stands in row 2');
  });
});

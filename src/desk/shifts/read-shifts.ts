import { Complaints, type ImportText, type Row, required, rowsOf } from '#desk/imports';
import { momentOf } from '#desk/registry';
import { said } from '#domain/errors';
import { because } from '#domain/reason';
import type { WrittenShift } from '#domain/shifts/compare';
import { SHIFT_MS_MAX } from '#domain/shifts/shift';
import { calendarDateOf, nextDay } from '#domain/time/calendar-date';

const COLUMNS = ['officer', 'name', 'date', 'start', 'end'];
// Names of the columns in files that are kept in Chinese. A name beside the number is for people, and is not looked at.
const ALIASES: Readonly<Record<string, string>> = {
  ...{ 编号: 'officer', 警号: 'officer', 证号: 'officer', 执法证号: 'officer', 执法人员: 'officer', id: 'officer', 姓名: 'name' },
  ...{ 日期: 'date', 值班日期: 'date', 上班时间: 'start', 开始时间: 'start', 下班时间: 'end', 结束时间: 'end', 开始: 'start', 结束: 'end' },
};

const WITH_DAY = /^\d{4}[-/]\d/;

/**
 * Reads shifts. With a date, start and end are times of day, and an end that is not later than the start is on the next day; without one they are whole times. All are in
 * the agency's zone. Throws request.invalid with row numbers, also for shifts of one officer that overlap.
 */
export function readShifts(source: ImportText, zone: string): readonly WrittenShift[] {
  const complaints = new Complaints();
  const shifts = rowsOf(source, COLUMNS, ['officer', 'start', 'end'], ALIASES).flatMap((row) => shiftIn(row, zone, complaints) ?? []);
  mustNotOverlap(shifts, complaints);
  complaints.settle();
  return shifts;
}

function shiftIn(row: Row, zone: string, complaints: Complaints): WrittenShift | null {
  const { line } = row;
  const [officer, start, end] = [
    required(row, 'officer', complaints),
    required(row, 'start', complaints),
    required(row, 'end', complaints),
  ];
  if (officer === '' || start === '' || end === '') return null;
  try {
    const times = timesOf(row.fields.get('date') ?? '', start, end);
    if (times === null) complaints.add(line, because('shift-times', { start, end }));
    if (times === null) return null;
    const [startMs, endMs] = [momentOf(times.start, zone, 'start'), momentOf(times.end, zone, 'end')];
    if (endMs <= startMs) complaints.add(line, because('shift-ends-early', {}));
    else if (endMs - startMs > SHIFT_MS_MAX) complaints.add(line, because('shift-long', { span: SHIFT_MS_MAX }));
    return { line, officer, startMs, endMs };
  } catch (error) {
    complaints.add(line, said(error));
    return null;
  }
}

/** Start and end with their days; null: they do not fit together. */
function timesOf(date: string, start: string, end: string): { readonly start: string; readonly end: string } | null {
  // A time of day alone would be one of today.
  if (date === '') return WITH_DAY.test(start) && WITH_DAY.test(end) ? { start, end } : null;
  const day = calendarDateOf(date);
  const [from, to] = [timeOfDay(start), timeOfDay(end)];
  if (day === null || from === null || to === null || from === '24:00') return null;
  const next = nextDay(day);
  if (to === '24:00') return { start: `${day} ${from}`, end: `${next} 00:00` };
  return { start: `${day} ${from}`, end: `${to > from ? day : next} ${to}` };
}

/** `8:00`, `08:00:00`, `24:00` as `HH:MM`; null: no time of day. */
function timeOfDay(text: string): string | null {
  const [, hours = '', minutes = ''] = /^(\d{1,2})[:：](\d{2})(?::00)?$/.exec(text) ?? [];
  const time = `${hours.padStart(2, '0')}:${minutes}`;
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(time) || time === '24:00' ? time : null;
}

function mustNotOverlap(shifts: readonly WrittenShift[], complaints: Complaints): void {
  const last = new Map<string, WrittenShift>();
  for (const shift of shifts.toSorted((one, other) => one.startMs - other.startMs)) {
    const before = last.get(shift.officer);
    if (before && shift.startMs < before.endMs)
      complaints.add(shift.line, because('shift-overlaps', { officer: shift.officer, line: before.line }));
    last.set(shift.officer, shift);
  }
}

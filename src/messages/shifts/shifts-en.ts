/** Texts about shifts, in English. */
export const shiftsEn = {
  'custody.officer.shifts-changed': 'shifts: {added} added, {changed} changed, {removed} removed',
  'custody.shifts.imported':
    'shifts imported from a file of {rows} rows: {added} added, {changed} changed, {removed} removed, {unmatched} of unknown officers; whole: {whole}; SHA-256 {sha256}',
  'shifts.about': 'When officers are on duty: import it and see it',
  'shifts.import.about':
    'Take shifts over from a CSV or JSON file (officer, date, start, end). On its days what it does not have is removed; see that first with --dry-run',
  'shifts.list.about': 'List shifts, by officer and start',
  'shifts.opt.whole': 'the file has the shifts of all officers on its days: also remove those of officers whom it does not name',
  'shifts.opt.officer': 'only those of this officer',
  'shifts.opt.from': 'only those that begin at this time or later',
  'shifts.opt.to': 'only those that begin before this time',
  'shifts.added': 'add',
  'shifts.changed': 'change',
  'shifts.removed': 'remove',
  'shifts.more': '… and {count} more',
  'shifts.unmatched': 'row {line}: officer {officer} is not in the registry; left out',
  'shifts.would':
    'Would be: {added} added, {changed} changed, {removed} removed, {same} as they are, {unmatched} left out. Nothing was changed',
  'shifts.done': 'Shifts: {added} added, {changed} changed, {removed} removed, {same} as they were, {unmatched} left out',
  'shifts.none': 'No shifts',
  'column.shift-change': 'Change',
  'column.shift-start': 'Start',
  'column.shift-end': 'End',
  'column.shift-former-end': 'Ended before',
} as const;

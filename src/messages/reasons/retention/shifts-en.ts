/** Reasons of shifts. */
export const shiftReasonsEn = {
  'no-shift': 'shift {id}',
  'shift-times': 'beside a date stand times of day, such as 08:00, and without one times with their day; {start} and {end} do not fit',
  'shift-ends-early': 'the shift ends before it begins',
  'shift-long': 'the shift is longer than {span}',
  'shift-overlaps': 'officer {officer} is on duty then already by row {line}',
} as const;

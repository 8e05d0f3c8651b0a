const OFFSET = /(?:Z|([+-])(\d{2}):(\d{2}))$/;
const MINUTE_MS = 60_000;

/** A moment as text of the API, with the offset that another time of the station has: within one film the zone does not change. */
export function zoned(ms: number, like: string): string {
  const [text = 'Z', sign, hours, minutes] = OFFSET.exec(like) ?? [];
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return `${new Date(ms + offset * MINUTE_MS).toISOString().slice(0, 23)}${text}`;
}

/** The calendar month before a time of the API, `2026-05`: the last one that is over. */
export function monthBefore(at: string): string {
  const [year = 0, month = 0] = at.slice(0, 7).split('-').map(Number);
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
}

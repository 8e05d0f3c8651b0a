import { DateTime } from 'luxon';

/** A daily window of local time, `20:00-06:00` (over midnight if it ends before it begins); empty is always. */
export interface Hours {
  isOpen(nowMs: number): boolean;
  /** When it opens next, ms since 1970; `nowMs` itself while it is open. */
  nextOpenMs(nowMs: number): number;
  /** When it closes next; Infinity if it never does. */
  nextCloseMs(nowMs: number): number;
}

const ALWAYS: Hours = { isOpen: () => true, nextOpenMs: (nowMs) => nowMs, nextCloseMs: () => Number.POSITIVE_INFINITY };

/** `window` has the form that the configuration checks; `zone` is an IANA name. Days of summer-time change are handled by the calendar. */
export function hoursOf(window: string, zone: string): Hours {
  const found = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window);
  if (!found) return ALWAYS;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number);
  if (fromHour === toHour && fromMinute === toMinute) return ALWAYS;
  const next = (nowMs: number, hour: number, minute: number) => {
    const now = DateTime.fromMillis(nowMs, { zone });
    const today = now.set({ hour, minute, second: 0, millisecond: 0 });
    return (today > now ? today : today.plus({ days: 1 })).toMillis();
  };
  // Inside the window the closing comes before the next opening, whichever side of midnight it is.
  const isOpen = (nowMs: number) => next(nowMs, toHour, toMinute) < next(nowMs, fromHour, fromMinute);
  return {
    isOpen,
    nextOpenMs: (nowMs) => (isOpen(nowMs) ? nowMs : next(nowMs, fromHour, fromMinute)),
    nextCloseMs: (nowMs) => (isOpen(nowMs) ? next(nowMs, toHour, toMinute) : nowMs),
  };
}

import { useLanguage } from '../texts/say.ts';

/** A time of the API, ISO 8601 in the station's zone: the zone of the browser never counts. */
const PARTS = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

interface TimeProps {
  readonly at: string | null;
  /** `day`: the date alone; `minute` unless told. */
  readonly to?: 'day' | 'minute' | 'second' | 'clock';
}

/** A moment as the station's clock showed it; the offset of the zone stands in the tooltip. */
export function Time({ at, to = 'minute' }: TimeProps) {
  if (at === null) return <>—</>;
  const parts = PARTS.exec(at);
  if (!parts) return <>{at}</>;
  return (
    <time dateTime={at} title={at}>
      {timeText(at, to)}
    </time>
  );
}

export function timeText(at: string, to: TimeProps['to'] = 'minute'): string {
  const parts = PARTS.exec(at);
  if (!parts) return at;
  const [, year, month, day, hour, minute, second] = parts;
  if (to === 'clock') return `${hour}:${minute}:${second}`;
  const date = `${year}-${month}-${day}`;
  if (to === 'day') return date;
  return to === 'second' ? `${date} ${hour}:${minute}:${second}` : `${date} ${hour}:${minute}`;
}

/** Milliseconds of a time of the API. */
export function momentMs(at: string): number {
  return Date.parse(at);
}

/** The calendar day of the station on which a time falls, `2026-06-20`. */
export function dayOf(at: string): string {
  return at.slice(0, 10);
}

/** A number with the separators of the language. */
export function useNumber(): (value: number) => string {
  const language = useLanguage();
  return (value) => new Intl.NumberFormat(language).format(value);
}

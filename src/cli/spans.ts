import { timeText } from './table.ts';

interface Span {
  readonly officer: string;
  readonly from: string;
  readonly to: string | null;
}

const isSpan = (value: unknown): value is Span => typeof value === 'object' && value !== null && 'officer' in value && 'from' in value;
const utc = (iso: string | null) => (iso === null ? '…' : `${timeText(iso).slice(0, 16)}Z`);
const spanText = (value: unknown) => (isSpan(value) ? `${value.officer} ${utc(value.from)} – ${utc(value.to)}` : '—');

/** The values of an entry about a holding. Entries tell times in UTC. */
export function spanChange(data: Readonly<Record<string, unknown>>): Record<string, string> {
  if (isSpan(data)) return { span: spanText(data) };
  return isSpan(data['old']) ? { old: spanText(data['old']), new: spanText(data['new']) } : {};
}

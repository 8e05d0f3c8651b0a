import stringWidth from 'string-width';
import { isUnseen } from '#domain/card/look-alikes';

const GRAPHEMES = new Intl.Segmenter();

/** Cuts to at most `width` columns, with an ellipsis. Wide characters (Chinese, full-width forms, emoji) take two; one that is seen as one is never parted. */
export function clip(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const next = stringWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

/** A text from outside in a form that a terminal shows and does not obey. */
export function printable(text: string): string {
  return obeyed(text, (character) => isUnseen(character) && !WIDE_SPACE.has(character));
}

/** The same of whole lines that commands print: only what a terminal obeys. */
export function obeyedByNone(text: string): string {
  return obeyed(text, (character) => CONTROL.test(character) && !'\n\t'.includes(character));
}

/** JSON text with what a terminal obeys written as JSON's own escapes, which mean the same: C1 controls are no control characters to JSON. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

// Chinese text may be set with it, and its width shows it.
const WIDE_SPACE = new Set(['\u3000']);
const CONTROL = /\p{Cc}/u;

function obeyed(text: string, escapes: (character: string) => boolean): string {
  let shown = '';
  for (const character of text) shown += escapes(character) ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character;
  return shown;
}

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Longer cells are cut; no limit if left out. */
  readonly widthMax?: number;
}

/** Lines of an aligned table; no heading if no column has a title. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) =>
    columns.map(({ widthMax = Number.POSITIVE_INFINITY }, index) => clip(printable(row[index] ?? ''), widthMax)),
  );
  const headings = columns.map(({ title }) => title);
  const lines = headings.every((title) => title === '') ? cells : [headings, ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => stringWidth(line[index] ?? ''))));
  return lines.map((line) =>
    line
      .map((cell, index) => {
        const pad = ' '.repeat((widths[index] ?? 0) - stringWidth(cell));
        return columns[index]?.right ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** `1:02:03`, `2:03`; tenths below ten seconds. */
export function durationText(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The wall clock of the station out of its ISO 8601 form. */
export function timeText(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 19).replace('T', ' ');
}

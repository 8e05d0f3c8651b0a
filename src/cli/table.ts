import stringWidth from 'string-width';
import { isUnseen } from '#domain/card/look-alikes';

const GRAPHEMES = new Intl.Segmenter();

/**
 * Cuts a text to at most `width` columns, with an ellipsis. Wide characters (Chinese, full-width forms, emoji) take two columns. Characters that are shown as
 * one are never separated.
 */
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

/** A text from outside in a form that a terminal shows and never takes for a command. */
export function printable(text: string): string {
  return obeyed(text, (character) => isUnseen(character) && !WIDE_SPACE.has(character));
}

/** Whole lines that commands print, in a form that a terminal never takes for commands. Line ends stay. */
export function obeyedByNone(text: string): string {
  return obeyed(text, (character) => CONTROL.test(character) && !'\n\t'.includes(character));
}

/** JSON text in which control characters are escaped, which means the same. JSON itself does not escape C1 controls, which a terminal obeys. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

// The ideographic space: Chinese text may be set with it, and its width shows.
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

/** The lines of an aligned table. There is no heading if no column has a title. */
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

/** The wall clock of the station, from a time in ISO 8601. */
export function timeText(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 19).replace('T', ' ');
}

import { saveText } from '../../kit/save-file.ts';

/** What a spreadsheet takes for a formula at the beginning of a cell, also in full-width forms and behind blanks. */
const FORMULA = /^[\s\u00a0\u3000\ufeff]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are replaced.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;
/** Spreadsheets read UTF-8 as such where the file begins with this. */
const BYTE_ORDER_MARK = '\ufeff';

type Cell = string | number | null;

/** One line, as files of the station have it (src/serve/csv.ts; a test compares them): what a spreadsheet would carry out is shown as text. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number' && value >= 0) return String(value);
  const text = String(value).replace(CONTROL, '\ufffd');
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** Gives the browser a file of rows with the columns that the page has. */
export function saveCsv<Row>(
  name: string,
  columns: readonly { readonly title: string; readonly text: (row: Row) => Cell }[],
  rows: readonly Row[],
): void {
  const lines = rows.map((row) => csvLine(columns.map(({ text }) => text(row))));
  const text = BYTE_ORDER_MARK + csvLine(columns.map(({ title }) => title)) + lines.join('');
  saveText(name, text, 'text/csv');
}

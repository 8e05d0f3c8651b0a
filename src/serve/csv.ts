/** What a spreadsheet takes for a formula at the beginning of a cell, also in full-width forms and behind blanks. */
const FORMULA = /^[\s\u00a0\u3000\ufeff]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;
/** No line of text has these. Tabs and line ends may stand within a cell. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are replaced.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

/** Spreadsheets read UTF-8 as such where the file begins with this. */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * One line of CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front, so that it is shown and never carried out. Every text
 * stands in quotes, so that a spreadsheet that separates by other signs sees one cell too.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number' && value >= 0) return String(value);
  const text = String(value).replace(CONTROL, '\ufffd');
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

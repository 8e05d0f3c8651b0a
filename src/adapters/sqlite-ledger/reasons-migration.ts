/**
 * Columns that held English sentences in older versions. They hold reasons now: code and parameters as JSON (src/messages/reason.ts). An old sentence becomes
 * the one parameter of the code `words`, which is shown as it was written.
 */
const COLUMNS = [
  ['recordings', 'damage_reason', 'damage_reason IS NOT NULL'],
  ['dockings', 'problem_detail', 'problem_code IS NOT NULL'],
  ['refusals', 'detail', 'TRUE'],
  ['work', 'error_detail', 'error_code IS NOT NULL'],
  ['suggestions', 'reason', 'TRUE'],
] as const;

const asReason = (column: string) => `json_object('code', 'words', 'params', json_object('text', coalesce(${column}, '')))`;

/**
 * The statements of the migration. `appendOnly`: the statement of the trigger that refuses changes of refusals. The trigger is dropped and made again, letter
 * by letter.
 */
export function reasonsOfWords(appendOnly: string): readonly string[] {
  return [
    'DROP TRIGGER refusals_refuses_update',
    ...COLUMNS.map(([table, column, where]) => `UPDATE ${table} SET ${column} = ${asReason(column)} WHERE ${where}`),
    appendOnly,
  ];
}

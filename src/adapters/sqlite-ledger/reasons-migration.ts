/**
 * Before, these columns held English sentences. They hold reasons now, code and parameters as JSON (src/messages/reason.ts); an old sentence becomes the one
 * parameter of the code `words`, which is told as it was written.
 */
const COLUMNS = [
  ['recordings', 'damage_reason', 'damage_reason IS NOT NULL'],
  ['dockings', 'problem_detail', 'problem_code IS NOT NULL'],
  ['refusals', 'detail', 'TRUE'],
  ['work', 'error_detail', 'error_code IS NOT NULL'],
  ['suggestions', 'reason', 'TRUE'],
] as const;

const asReason = (column: string) => `json_object('code', 'words', 'params', json_object('text', coalesce(${column}, '')))`;

/** `appendOnly`: what made the trigger that would refuse the change of a refusal; it stands again, letter by letter, when this is done. */
export function reasonsOfWords(appendOnly: string): readonly string[] {
  return [
    'DROP TRIGGER refusals_refuses_update',
    ...COLUMNS.map(([table, column, where]) => `UPDATE ${table} SET ${column} = ${asReason(column)} WHERE ${where}`),
    appendOnly,
  ];
}

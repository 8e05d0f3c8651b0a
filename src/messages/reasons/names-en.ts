/** Reasons of names; `{name}` is a parameter. */
export const namesEn = {
  'key': '{key}',
  'path': '{path}',
  'file': '{file}',
  'id': '{id}',
  'port': '{port}',
  'program': '{program}',
  'field': '{field}',
  'command': '{command}',
  'field-value': '{field}: "{value}"',
  'exists-force': '{file} exists already; use --force to replace it',
} as const;

/** The same in Chinese. */
export const namesZhCN = {
  'key': '{key}',
  'path': '{path}',
  'file': '{file}',
  'id': '{id}',
  'port': '{port}',
  'program': '{program}',
  'field': '{field}',
  'command': '{command}',
  'field-value': '{field}：“{value}”',
  'exists-force': '{file} 已存在；用 --force 替换',
} as const;

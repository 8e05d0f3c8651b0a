import type { consoleEn } from './console-en.ts';

/** 命令行自身的文字。 */
export const consoleZhCN: Readonly<Record<keyof typeof consoleEn, string>> = {
  'option.quiet': '只输出查询结果和错误',
  'option.dry-run': '只说明将会更改什么，不做更改',
  'completion.about': '输出用 Tab 键补全命令和选项的脚本',
  'completion.arg.shell': '所用的 shell',
  'import.would': '将新增 {added} 条，更新或保持不变 {updated} 条。未做任何更改。',
  'jobs.would-retry': '将重试 {count} 项工作。未做任何更改。',
};

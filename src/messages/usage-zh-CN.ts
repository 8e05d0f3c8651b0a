import type { usageEn } from './usage-en.ts';

/** 每条命令的说明与用法错误。 */
export const usageZhCN: Readonly<Record<keyof typeof usageEn, string>> = {
  'program.about': 'Evidock：执法记录仪信息采集站软件',
  'option.config': '配置文件（默认 config/station.yaml）',
  'option.state': '状态目录：采集站写入的一切都在其下',
  'option.json': '输出 JSON',
  'option.lang': '界面语言',
  'option.version': '显示版本号',
  'option.help': '显示帮助',
  'help.usage': '用法：',
  'help.arguments': '参数：',
  'help.options': '选项：',
  'help.commands': '命令：',
  'help.example': '示例：',
  'help.global-options': '各命令通用：',
  'help.choices': '（可选：{choices}）',
  'help.default': '（默认：{value}）',

  'usage.unknownOption': '没有选项 {first}',
  'usage.unknownCommand': '没有命令 {first}',
  'usage.missingArgument': '缺少参数 {first}',
  'usage.optionMissingArgument': '选项 {first} 需要一个值',
  'usage.missingMandatoryOptionValue': '必须给出选项 {first}',
  'usage.invalidArgument': '选项 {first} 的值 {second} 不允许；应为：{rule}',
  'usage.badArgument': '参数 {first}：不允许 {second}；应为：{rule}',
  'usage.excessArguments': '参数过多',
  'usage.meant': '（是否想用 {meant}？）',
};

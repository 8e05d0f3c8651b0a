import type { troubleEn } from './trouble-en.ts';

export const troubleZhCN: Readonly<Record<keyof typeof troubleEn, string>> = {
  'ledger.accept.about': '在恢复备份之后，按现状使用账本；保管链会如实记录',
  'ledger.accepted': '账本按现状使用。如有异常，已记入保管链（ledger.accepted）。请接着运行 evidock verify。',
  'ledger.accept.running': '采集站正在运行：启动时已检查账本，无需接受。',
  'mark.failed': '{stage}失败',
  'mark.failing': '{stage}重试中',
  'mark.waits': '等待记录仪',
  'recording.waits': '等待仍在记录仪 {serial} 上的 {count} 个文件：{files}。请再次接入该记录仪；卡上已没有的文件不会再来。',
  'recording.failed': '{stage}失败：{what}：{detail}',
  'recording.failing': '{stage}上次失败，将重试：{what}：{detail}',
  'state.replaced': '已被替换',
  'recording.replaced': '已作为被替换关闭：该文件在复制前于记录仪上发生变化，新版本已封存于 {by}。',
  'help.place.options': '选项',
  'help.place.command': '命令',
  'help.comma': '、',
  'usage.emptyPath': '文件名或目录名为空',
};

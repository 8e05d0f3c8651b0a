import type { deriveEn } from './derive-en.ts';

/** Texts of `evidock derive`, in Chinese. */
export const deriveZhCN: Readonly<Record<keyof typeof deriveEn, string>> = {
  'derive.about': '按当前配方重新制作可播放副本和图片',
  'derive.arg.recordings': '录像；不给出则为全部，或由选项选定',
  'derive.opt.again': '以最低优先级重新制作已有的派生文件；新的核验之前，旧的一直保留',
  'derive.opt.failed': '只处理未能制作出任何派生文件的录像',
  'derive.opt.recipe': '只处理含有由该配方制作的派生文件的录像（如 remux/1）',
  'derive.opt.yes': '开始；不加则只显示数量',
  'derive.needs-again': 'derive 需要 --again：从未制作过的会自动制作',
  'work.untold': '如有可办的工作，已经办理：对无权查看的记录不告知数目。',
  'derive.none': '没有需要重新制作的。',
  'derive.count': '将重新制作 {recordings} 条录像（{bytes}）。加 --yes 开始。',
  'derive.started': '正在重新制作 {recordings} 条录像（{bytes}），排在其他工作之后：evidock jobs --stage derive',
};

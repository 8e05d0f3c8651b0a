import type { notesEn } from './notes-en.ts';

/** Texts about a recording's notes and links, in Chinese. */
export const notesZhCN: Readonly<Record<keyof typeof notesEn, string>> = {
  'column.notes': '须知',
  'mark.noted': '须知',
  'column.links': '关联',
  'note.segment-missing': '第 {number} 段不在卡上',
  'note.found-in-bin': '曾被删除：位于回收站中',
  'note.deleted-as': '删除前为 {path}',
  'note.found-after-repair': '由存储卡修复程序找回',
  'note.other-recorder': '由记录仪 {number} 拍摄；位于 {card} 的存储卡上',
  'note.join-unproven': '按文件名与 {file} 为同一次拍摄，但无时间可证',
  'note.gap-between-segments': '第 {segment} 段与前一段之间相差 {seconds} 秒',
  'note.unsupported': '没有程序能显示它：{why}',
  'note.not-made': '未能制作 {what}：{why}',
  'link.continues-in': '续录于 {id}',
  'link.continues-from': '接续自 {id}',
  'link.other-view': '另一镜头：{id}',
};

import type { notesEn } from './notes-en.ts';

/** The same in Chinese. */
export const notesZhCN: Readonly<Record<keyof typeof notesEn, string>> = {
  'column.notes': '须知',
  'column.links': '关联',
  'note.segment-missing': '第 {number} 段不在卡上',
  'link.continues-in': '续录于 {id}',
  'link.continues-from': '接续自 {id}',
  'link.other-view': '另一镜头：{id}',
};

import type { holdsEn } from './holds-en.ts';

/** 法律保全，简体中文。 */
export const holdsZhCN: { readonly [Key in keyof typeof holdsEn]: string } = {
  'custody.hold.set': '设置法律保全：{scope}；复核时间 {review}；{reason}',
  'custody.hold.reached': '法律保全覆盖了录像',
  'custody.hold.widened': '单位 {unit} 纳入法律保全',
  'custody.hold.released': '法律保全由 {by} 解除；{reason}',
  'custody.hold.mirrored': '归档 {archive} 中的保全已设置或取消并回读核对（保全：{held}）',
  'custody.hold.checked': '已核查法律保全下录像的完整性：{recordings} 个录像；{found}',
  'finding.nothing-held': '该保全下尚无录像',
  'finding.numbers-missing': '记录仪 {recorder}：编号 {first} 至 {last}（{count} 个）没有任何登记',
  'finding.segment-missing': '存储卡上缺少片段 {number}',
  'finding.damaged': '已损坏',
  'finding.files-missing': '有 {count} 个文件始终未从记录仪取回',
  'finding.not-whole': '文件尚未全部采集',
  'finding.replaced': '从未取回；其文件的新版本属于另一录像',
  'finding.not-archived': '尚未归档',
  'finding.goes-on-elsewhere': '与 {other} 前后相接，而后者不在该保全之内',
  'finding.duplicate-elsewhere': '与 {other} 内容相同，而后者不在该保全之内',
  'finding.card-refused': '对接 {docking}：存储卡上有 {count} 个条目被拒收',
  'finding.time-unknown': '录制时间不明',
};

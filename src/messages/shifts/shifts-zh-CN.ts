import type { shiftsEn } from './shifts-en.ts';

/** 排班，简体中文。 */
export const shiftsZhCN: { readonly [Key in keyof typeof shiftsEn]: string } = {
  'custody.officer.shifts-changed': '排班：新增 {added}，更改 {changed}，删除 {removed}',
  'custody.shifts.imported':
    '从 {rows} 行的文件导入排班：新增 {added}，更改 {changed}，删除 {removed}，人员未登记 {unmatched}；全员文件：{whole}；SHA-256 {sha256}',
  'shifts.about': '排班：导入与查看',
  'shifts.import.about':
    '从 CSV 或 JSON 文件导入排班（人员、日期、开始、结束）。文件所涉日期内文件没有的班次将被删除；请先用 --dry-run 查看',
  'shifts.list.about': '列出排班，按人员和开始时间排序',
  'shifts.opt.whole': '文件包含所涉日期内全部人员的班次：文件未提及人员的班次也删除',
  'shifts.opt.officer': '只列此人员的',
  'shifts.opt.from': '只列此时起开始的',
  'shifts.opt.to': '只列此前开始的',
  'shifts.added': '新增',
  'shifts.changed': '更改',
  'shifts.removed': '删除',
  'shifts.more': '… 另有 {count} 项',
  'shifts.unmatched': '第 {line} 行：人员 {officer} 未登记，已略过',
  'shifts.would': '将会：新增 {added}，更改 {changed}，删除 {removed}，不变 {same}，略过 {unmatched}。未作任何更改',
  'shifts.done': '排班：新增 {added}，更改 {changed}，删除 {removed}，不变 {same}，略过 {unmatched}',
  'shifts.none': '没有排班',
  'column.shift-change': '变更',
  'column.shift-start': '开始',
  'column.shift-end': '结束',
  'column.shift-former-end': '原结束时间',
};

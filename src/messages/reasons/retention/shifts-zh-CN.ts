/** 排班的原因。 */
export const shiftReasonsZh = {
  'no-shift': '班次 {id}',
  'shift-times': '有日期时须为时刻，如 08:00，无日期时须为带日期的时间；{start} 与 {end} 不符',
  'shift-ends-early': '班次结束早于开始',
  'shift-long': '班次超过 {span}',
  'shift-overlaps': '人员 {officer} 与第 {line} 行的班次重叠',
} as const;

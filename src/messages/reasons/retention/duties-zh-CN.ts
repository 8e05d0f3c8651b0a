/** 待办事项的原因。 */
export const dutyReasonsZh = {
  'notice-duty-overdue': '您有一项待办事项已逾期',
  'notice-duties-digest': '您有待办事项已逾期',
  'duties-open': '待办事项 {count} 项',
  'duties-overdue': '其中 {count} 项已逾期',
  'mend-duties': 'evidock duties list --overdue；处理原因，或说明原因予以答复',
  'no-duty': '待办事项 {id}',
  'duty-reason-needed': 'reason：须说明原因',
  'duty-is-done': '待办事项 {id} 已完成：其原因已消除',
  'duty-needs-end': 'until：须说明何时再次提醒，最长 {limit} 天；只有已经发生的事可以一次答复',
  'duty-end-outside': 'until：须为将来的时间，最长 {limit} 天',
} as const;

/** 为何不允许某人的请求；`{name}` 为参数。 */
export const leaveZhCN = {
  'needs-sign-in': '尚未登录',
  'needs-task': '该账户的角色都无权：{task}',
  'not-told': '仅告知可查看该记录仪者',
  'not-seen': '没有这个录像',
  'rule-refuses': '规则 {rule}',
  'rule-approval': '规则 {rule}；可由 {names} 审批',
  'purpose-approval': '事由 {given} 须经审批',
  'reason-none': '规则 {rule} 要求说明事由，可选：{names}',
  'reason-unknown': '{given} 不在可选事由之列：{names}',
  'reason-words': '事由 {given} 须附文字说明',
  'reason-malformed': '事由：应为“代码”或“代码: 说明”，说明不超过 {limit} 个字符',
  'case-malformed': '案件：应为 1 至 {limit} 个字符的案件编号',
  'case-not-of': '{recording} 不属于请求者可查看的案件 {number}',
  'sender-unknown': '没有查明该请求由谁发出',
} as const;

/** The same in Chinese. */
export const looksPagesZhCN = {
  'gate.title': '请说明调阅事由',
  'gate.about': '本次调阅将记入日志：何人、何时、播放了哪些内容以及所述事由。',
  'gate.purpose': '事由',
  'gate.choose': '请选择事由',
  'gate.case': '所涉案件',
  'gate.no-case': '不属于上述案件',
  'gate.words': '具体说明',
  'gate.enter': '确认并调阅',
  'gate.purpose-approval': '以此事由调阅须先经审批。',
  'gate.approval': '须经审批',
  'gate.approval.about': '按调阅策略，须经录像所属单位的审批人同意后方可查看。提交申请后，审批结果会通知您。',
  'gate.ask': '提交申请',
  'gate.refused': '您无权查看',
  'gate.refused.about': '调阅策略中没有规则允许您进行此操作。可向督察审计人员了解所依据的规则。',
  'poster.of': '{id} 的画面',
} as const;

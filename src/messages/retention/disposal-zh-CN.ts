/** The same in Chinese. */
export const disposalTextsZhCN = {
  'state.disposed': '已销毁',
  'custody.copy.destroying': '即将在 {place} 销毁：{key}（{why}）',
  'custody.copy.destroyed': '已在 {place} 销毁，且该处不再列出：{key}（{why}）',
  'custody.copy.spared': '未在 {place} 销毁：{key}：{reason}',
  'custody.disposal.proposed': '按 {rule} 提出销毁 {recordings} 条录像（{bytes}）；清单摘要 {digest}',
  'custody.disposal.listed': '按规则 {rule} 列入销毁清单 {disposal}',
  'custody.disposal.excluded': '从销毁清单 {disposal} 中剔除：{reason}',
  'custody.disposal.approved': '清单已由第二人审批；摘要 {digest}',
  'custody.disposal.began': '开始或继续销毁：还剩 {left} 条录像',
  'custody.disposal.halted': '销毁已中止，还剩 {left} 条录像：{reason}',
  'custody.disposal.ended': '销毁结束：已销毁 {destroyed} 条，保留 {kept} 条',
  'custody.disposal.cancelled': '销毁已取消，{kept} 条录像保留：{reason}',
  'custody.disposal.kept': '虽在销毁清单 {disposal} 中，仍予保留：{reason}',
  'custody.recording.disposed': '已按清单 {disposal} 销毁；留存凭证 {tombstone}，规则 {rule}',
} as const;

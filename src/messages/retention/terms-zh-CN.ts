/** The same in Chinese. */
export const retentionTermsZhCN = {
  'custody.retention.proposed': '提出保存期限表；SHA-256 {sha256}',
  'custody.retention.dry-run':
    '试算保存期限表，与第 {against} 版比较：录像 {recordings} 条，延长 {longer} 条，不再要求保存 {notKept} 条，可处置 {disposable} 条；摘要值 {digest}',
  'custody.retention.adopted': '保存期限表经另一人采用；之前为第 {against} 版；自 {inForceAt} 起生效；摘要值 {digest}',
  'custody.retention.in-force': '保存期限表自此生效；之前为第 {against} 版',
  'custody.retention.refused': '拒绝保存期限表：{reason}',
  'custody.retention.withdrawn': '撤回保存期限表：{reason}',
  'custody.retention.counted': '重新计算保存期限',
  'custody.retention.correction-proposed': '提出保存期限更正 {correction}：{reason}',
  'custody.retention.corrected': '保存期限更正 {correction} 经另一人批准',
  'custody.retention.correction-refused': '保存期限更正 {correction} 被拒绝',
} as const;

/** 关于查看与审计的原因。 */
export const auditReasonsZhCN = {
  'look-unknown': '{look}：本会话中没有这次进行中的查看',
} as const;

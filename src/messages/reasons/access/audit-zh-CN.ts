import type { auditReasonsEn } from './audit-en.ts';

/** 关于查看与审计的原因。 */
export const auditReasonsZhCN: Readonly<Record<keyof typeof auditReasonsEn, string>> = {
  'look-unknown': '{look}：本会话中没有这次进行中的查看',
};

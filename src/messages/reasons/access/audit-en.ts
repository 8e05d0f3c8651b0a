/** Reasons about looks and the audit, in English. */
export const auditReasonsEn = {
  'look-unknown': '{look}: no such look is open in this session',
} as const;

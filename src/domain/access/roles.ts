/**
 * What a person may be: officer 执法人员, custodian 证据管理员, auditor 督察审计, reviewer 审批人, system administrator 系统管理员, security administrator 安全管理员.
 */
export const ROLES = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;
export type Role = (typeof ROLES)[number];

/** Who keeps the station running and who keeps its accounts: neither of them sees footage. */
export const ADMINISTRATORS: readonly Role[] = ['system-administrator', 'security-administrator'];

/** Separation of three (三员分立): nobody is two of these. */
const APART: readonly Role[] = [...ADMINISTRATORS, 'auditor'];

/** Roles of one person that exclude each other; empty if they may stand together. */
export function rolesThatExclude(roles: readonly Role[]): readonly Role[] {
  const apart = APART.filter((role) => roles.includes(role));
  return apart.length > 1 ? apart : [];
}

export function isAdministrator(roles: readonly Role[]): boolean {
  return roles.some((role) => ADMINISTRATORS.includes(role));
}

/** The same in Chinese. */
export const casesPagesZhCN = {} as const;

/** The same in Chinese. */
export const kioskPagesZhCN = {} as const;

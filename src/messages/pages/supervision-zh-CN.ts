/** The same in Chinese. */
export const supervisionPagesZhCN = {} as const;

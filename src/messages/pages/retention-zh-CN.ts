/** The same in Chinese. */
export const retentionPagesZhCN = {} as const;

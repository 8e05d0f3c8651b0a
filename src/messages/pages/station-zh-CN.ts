/** The same in Chinese. */
export const stationPagesZhCN = {} as const;

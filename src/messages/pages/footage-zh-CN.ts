/** The same in Chinese. */
export const footagePagesZhCN = {} as const;

/** The same in Chinese. */
export const intakePagesZhCN = {} as const;

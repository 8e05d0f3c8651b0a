/** 关于归档的文字（中文）。 */
export const archiveZhCN = {} as const;

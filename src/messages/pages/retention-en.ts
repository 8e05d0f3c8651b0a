/** Texts of pages: how long footage is kept, holds, disposal and duties. */
export const retentionPagesEn = {} as const;

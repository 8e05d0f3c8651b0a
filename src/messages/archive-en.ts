/** Texts about the archive, in English. */
export const archiveEn = {} as const;

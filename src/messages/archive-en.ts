/** What is said of the archive, in English. */
export const archiveEn = {} as const;

/** Texts of pages: cases, search and the player. */
export const casesPagesEn = {} as const;

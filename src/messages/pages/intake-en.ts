/** Texts of pages: what came in, and the registry. */
export const intakePagesEn = {} as const;

/** Texts of pages: recordings, an officer’s own and all. */
export const footagePagesEn = {} as const;

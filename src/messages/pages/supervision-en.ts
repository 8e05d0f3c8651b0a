/** Texts of pages: requests, the access log and reports. */
export const supervisionPagesEn = {} as const;

/** Texts of pages: the kiosk. */
export const kioskPagesEn = {} as const;

/** Texts of pages: the station itself, accounts and policy. */
export const stationPagesEn = {} as const;

/** One page of a list. */
export interface Page {
  /** Key of the last row of the page before. If it is left out, the page is the first. */
  readonly after?: string;
  readonly limit: number;
}

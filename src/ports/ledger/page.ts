/** Where a list goes on, and how far. */
export interface Page {
  /** Key of the last row before; from the first if it is left out. */
  readonly after?: string;
  readonly limit: number;
}

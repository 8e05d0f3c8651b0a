/** Levels of the tree: 局, 支队, 大队, 中队, and as many again. */
export const UNIT_DEPTH_MAX = 8;
export const UNITS_MAX = 5000;

/** A unit 单位: 局, 支队, 大队 or 中队. */
export interface Unit {
  /** `unt-…` */
  readonly id: string;
  /** Unlike that of every open unit with the same parent. */
  readonly name: string;
  /** Id of the unit above; null: it is at the top. */
  readonly parent: string | null;
  readonly createdAtMs: number;
  /** When it was closed; null while it is there. */
  readonly closedAtMs: number | null;
}

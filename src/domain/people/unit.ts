import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { nameOf } from './rules.ts';

/** Levels of the tree: 局, 支队, 大队, 中队, and as many again. */
export const UNIT_DEPTH_MAX = 8;
const UNITS_MAX = 5000;
/** What stands between the names of a path: `市局/一支队/二大队`. */
const SEPARATOR = /\s*[/／>＞→]\s*/;

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

/** What stands around a place in the tree. */
export interface Place {
  /** Units above it, nearest first. */
  readonly above: readonly Unit[];
  /** Levels of the unit itself and of everything below it; 1 for a unit with nothing below. */
  readonly levels: number;
  /** Another open unit with the same parent and the same name; null if there is none. */
  readonly namesake: Unit | null;
  /** How many units there are. */
  readonly units: number;
}

/** A name that can stand in a path. Throws request.invalid. */
export function unitNameOf(text: string): string {
  const name = nameOf(text);
  if (SEPARATOR.test(name)) throw new EvidockError('request.invalid', because('unit-name-unfit', { name }));
  return name;
}

/** The names of a path, from the top. */
export function pathOf(text: string): readonly string[] {
  return text
    .split(SEPARATOR)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function pathText(names: readonly string[]): string {
  return names.join('/');
}

/** Throws request.conflict where a unit cannot stand in that place: in a circle, too deep, below a closed unit, beside one of the same name, one too many. */
export function mustFitTree(unit: Pick<Unit, 'id' | 'name'>, { above, levels, namesake, units }: Place): void {
  const refuse = (why: ReturnType<typeof because>) => new EvidockError('request.conflict', why);
  const { name } = unit;
  const [parent] = above;
  if (above.some(({ id }) => id === unit.id)) throw refuse(because('unit-circle', { name }));
  if (parent && parent.closedAtMs !== null) throw refuse(because('unit-closed', { name: parent.name }));
  if (above.length + levels > UNIT_DEPTH_MAX) throw refuse(because('units-deep', { name, limit: UNIT_DEPTH_MAX }));
  if (namesake) throw refuse(because('unit-exists', { name }));
  if (units > UNITS_MAX) throw refuse(because('units-many', { limit: UNITS_MAX }));
}

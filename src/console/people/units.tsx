import { useRows } from '../client/queries.ts';
import { SelectField } from '../kit/kit.tsx';
import { useSession } from '../shell/session.tsx';
import { useSay } from '../texts/say.ts';

const UNITS_MAX = 1000;

/** All units, also those that are closed, for whoever may see the registry. */
function useUnits() {
  const { has } = useSession();
  return useRows('GET /api/v1/units', { query: { limit: UNITS_MAX } }, { topics: ['people'], enabled: has('see-registry') }).rows;
}

/** Paths of units by their ids. */
export function useUnitNames(): ReadonlyMap<string, string> {
  return new Map(useUnits().map(({ id, path }) => [id, path]));
}

interface UnitFieldProps {
  readonly value: string;
  readonly onChange: (unit: string) => void;
  /** What it is called; "unit" if left out. */
  readonly label?: string;
  readonly hint?: string;
  /** What to choose for none. */
  readonly none?: string;
}

/** Chooses an open unit. A value that is none, such as the words of an older registry, stays until somebody chooses another one. */
export function UnitField({ value, onChange, label, hint, none }: UnitFieldProps) {
  const say = useSay();
  const open = useUnits().filter(({ closedAt }) => closedAt === null);
  const choices = [{ value: '', label: none ?? say('accounts.no-unit') }, ...open.map(({ id, path }) => ({ value: id, label: path }))];
  const all = choices.some((choice) => choice.value === value) ? choices : [...choices, { value, label: value }];
  return (
    <SelectField
      label={label ?? say('accounts.unit')}
      hint={hint}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      choices={all}
    />
  );
}

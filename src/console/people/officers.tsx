import { useMemo } from 'react';
import { useRows } from '../client/queries.ts';
import { SelectField } from '../kit/kit.tsx';
import { useSession } from '../shell/session.tsx';
import { useSay } from '../texts/say.ts';

const OFFICERS_MAX = 1000;

/** The officers of the registry, for whoever may see it. `enabled` false: not yet. */
export function useOfficers(enabled = true) {
  const { has } = useSession();
  const query = { limit: OFFICERS_MAX };
  return useRows('GET /api/v1/officers', { query }, { topics: ['registry'], enabled: enabled && has('see-registry') }).rows;
}

/** What an officer is called; the number alone where the registry does not have it. `numbered`: the number stands behind the name. */
export function useOfficerNames({ none, numbered = false }: { readonly none: string; readonly numbered?: boolean }) {
  const officers = useOfficers();
  return useMemo(() => {
    const names = new Map(officers.map(({ id, name }) => [id, numbered ? `${name} ${id}` : name]));
    return (id: string | null): string => (id === null ? none : (names.get(id) ?? id));
  }, [officers, none, numbered]);
}

interface OfficerFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly needed?: boolean;
}

export function OfficerField({ label, value, onChange, needed = false }: OfficerFieldProps) {
  const say = useSay();
  const officers = useOfficers();
  return (
    <SelectField
      label={label}
      needed={needed}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      choices={[{ value: '', label: say('case.no-officer') }, ...officers.map(({ id, name }) => ({ value: id, label: `${name} ${id}` }))]}
    />
  );
}

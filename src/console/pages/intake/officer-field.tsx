import { useRows } from '../../client/queries.ts';
import { SelectField } from '../../kit/kit.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';

function useOfficers() {
  const { has } = useSession();
  return useRows('GET /api/v1/officers', { query: { limit: 1000 } }, { topics: ['registry'], enabled: has('see-registry') }).rows;
}

/** What an officer is called, with the number. */
export function useOfficerNames(): (id: string | null) => string {
  const names = new Map(useOfficers().map(({ id, name }) => [id, name]));
  return (id) => (id === null ? '—' : names.has(id) ? `${names.get(id)} ${id}` : id);
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

import type { Schemas } from '../../client/api.ts';
import { CheckSet } from '../../kit/check-set.tsx';
import { useSay, useWord } from '../../texts/say.ts';

export type Role = Schemas['User']['roles'][number];

export const ROLES = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;

export function RoleFields({
  roles,
  onChange,
}: {
  readonly roles: ReadonlySet<Role>;
  readonly onChange: (roles: ReadonlySet<Role>) => void;
}) {
  const say = useSay();
  const word = useWord();
  return (
    <CheckSet legend={say('account.roles')} values={ROLES} labelOf={(role) => word('role', role)} chosen={roles} onChange={onChange} />
  );
}

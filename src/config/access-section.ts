import Type from 'typebox';
import { ROLES } from '#domain/access/roles';
import { integer, section } from './fields.ts';

export const access = section('Access', 'Who comes in, and for how long.', {
  sessionIdle: integer(
    {
      title: 'Idle session',
      description: 'A session that was not used for this long ends. A page that stays open without being used does not count as use.',
      unit: 'minutes',
      default: 30,
    },
    1,
    1440,
  ),
  sessionLimit: integer(
    { title: 'Longest session', description: 'A session ends after this time, however much it is used.', unit: 'h', default: 12 },
    1,
    168,
  ),
  totpRoles: Type.Array(Type.Enum([...ROLES]), {
    title: 'Second factor',
    description:
      'Roles whose holders need a second factor (a code of an app beside the password). Whoever has none yet sets one up at the next sign-in. Everybody else may have one.',
    default: [],
    maxItems: ROLES.length,
  }),
});

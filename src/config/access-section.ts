import Type from 'typebox';
import { ROLES } from '#domain/access/roles';
import { integer, section, text } from './fields.ts';

export const access = section('Access', 'Who comes in, for how long, and what they may look at.', {
  policy: text({
    title: 'Policy file',
    description:
      'Absolute path of the policy that says who may look (docs/access-policy.md). A changed file is noticed while the station runs. What widens anything takes effect when a second person adopts it. Empty: the policy that comes with the software (config/access.yaml).',
    default: '',
  }),
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

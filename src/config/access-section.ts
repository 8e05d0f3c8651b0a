import { section, text } from './fields.ts';

export const access = section('Access', 'Who may look at footage.', {
  policy: text({
    title: 'Policy file',
    description:
      'Absolute path of the policy that says who may look (docs/access-policy.md). A changed file is noticed while the station runs. What widens anything takes effect when a second person adopts it. Empty: the policy that comes with the software (config/access.yaml).',
    default: '',
  }),
});

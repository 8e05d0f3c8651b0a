import Type from 'typebox';
import { ACTIONS, EFFECTS } from '#domain/access/policy';
import { closed, oneOf } from './common.ts';

/** Schemas of what somebody may do with recordings. */

const RECORDINGS_MAX = 200;

export const RightsQuery = closed({
  recording: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: RECORDINGS_MAX, description: 'Ids.' }),
});

export const RightsJson = Type.Object({
  recording: Type.String(),
  can: Type.Array(
    Type.Object({
      action: oneOf(ACTIONS),
      effect: oneOf(EFFECTS, 'allow: at once; allow-with-reason: with a stated reason; needs-approval: on request; refuse: not at all.'),
    }),
    {
      description:
        'What who asks may do with it now, by policy, grants and roles. A page shows by it what it offers; each request is decided anew.',
    },
  ),
});

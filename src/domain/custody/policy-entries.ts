import { defineEntry, nullable } from './define-entry.ts';
import { code, count, sha256, words } from './fields.ts';
import { subject } from './subject.ts';

const POLICY = subject('policy', '7');
const WIDENS = 'How many sets of roles may do more than before, each with one action or task; null: too many cases to compare.';

export const PolicyProposed = defineEntry({
  type: 'policy.proposed',
  about: ['policy'],
  tells: 'Somebody proposed a version of the policy that says who may look; the version itself is kept in the ledger.',
  data: {
    source: code('`shipped`: it came with the software; `file`: from the file of the site; `person`: somebody sent it.'),
    sha256: sha256(),
    against: nullable(count('The version that was in force, with which it was compared; null: there was none.')),
    widens: nullable(count(WIDENS)),
  },
  example: { subject: POLICY, data: { source: 'person', sha256: 'ab'.repeat(32), against: 5, widens: 2 } },
});

export const PolicyAdopted = defineEntry({
  type: 'policy.adopted',
  about: ['policy'],
  tells: 'A version of the policy is in force from now on.',
  data: {
    sha256: sha256(),
    against: nullable(count('The version that was in force before; null: there was none.')),
    widens: nullable(count(WIDENS)),
    by: code(
      '`first`: there was none before; `narrows`: it lets nobody do more, so nobody else had to agree; `second-person`: somebody else adopted it; `no-second-person`: on the machine itself, because no account could have.',
    ),
  },
  example: { subject: POLICY, data: { sha256: 'ab'.repeat(32), against: 5, widens: 2, by: 'second-person' } },
});

export const PolicyRefused = defineEntry({
  type: 'policy.refused',
  about: ['policy'],
  tells: 'Somebody decided against a proposed version of the policy.',
  personal: { reason: nullable(words('null: none was given.')) },
  example: { subject: POLICY, personal: { reason: 'Custodians of a squad need no footage of other squads.' } },
});

export const PolicyWithdrawn = defineEntry({
  type: 'policy.withdrawn',
  about: ['policy'],
  tells: 'A proposed version of the policy was taken back by whoever proposed it, or the file of the site was changed once more.',
  example: { subject: POLICY },
});

export const POLICY_ENTRIES = [PolicyProposed, PolicyAdopted, PolicyRefused, PolicyWithdrawn] as const;

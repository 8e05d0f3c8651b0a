import type { DeskDeps } from '#desk/deps';
import { readRoster } from '#desk/imports';
import { importRoster } from '#desk/people/roster';
import { inviteUser, useSetUpLink } from '#desk/people/set-up';
import { addUnit, changeUnit } from '#desk/people/units';
import { addUser, changeUser } from '#desk/people/users';
import type { UserChange } from '#domain/people/rules';
import { cli } from '#test/support/custody';

/** What is done with people at a station of `livingStation`. */
export type PeopleDeed =
  | { readonly do: 'unit'; readonly name: string; readonly parent: string | null }
  | { readonly do: 'other-unit'; readonly unit: string; readonly name: string | undefined; readonly closed: boolean | undefined }
  | { readonly do: 'user'; readonly account: string; readonly officer: string | null; readonly unit: string | null }
  | { readonly do: 'other-user'; readonly account: string; readonly change: UserChange }
  | { readonly do: 'set-up'; readonly account: string; readonly used: boolean }
  | { readonly do: 'roster'; readonly rows: readonly string[] };

type DeedOf<D extends PeopleDeed['do']> = Extract<PeopleDeed, { do: D }>;
const ROOT = { actor: cli('root'), user: null };

/** By what is done: does it. Throws where the rules refuse it. */
export function peopleDeeds(deps: () => DeskDeps): { readonly [D in PeopleDeed['do']]: (deed: DeedOf<D>) => Promise<unknown> } {
  return {
    unit: ({ name, parent }) => addUnit(deps(), { name, parent }, ROOT),
    'other-unit': async ({ unit, name, closed }) => {
      const [found] = await deps().ledger.people.unitsNamed(unit, 1);
      const change = { ...(name === undefined ? {} : { name }), ...(closed === undefined ? {} : { closed }) };
      if (found) await changeUnit(deps(), found.id, change, ROOT);
    },
    user: ({ account, officer, unit }) => addUser(deps(), { account, name: `Name of ${account}`, officer, unit }, ROOT),
    'other-user': ({ account, change }) => changeUser(deps(), account, { ...change, why: 'as it came' }, ROOT),
    'set-up': async ({ account, used }) => {
      const { token } = await inviteUser(deps(), account, ROOT);
      const at = { atMs: deps().clock.nowMs(), actorOf: () => ROOT.actor };
      if (used) await deps().ledger.transaction((writer) => useSetUpLink(writer, token, at));
    },
    roster: ({ rows }) => {
      const text = ['account,name,officer,unit,roles,state', ...rows].join('\n');
      return importRoster(deps(), { rows: readRoster({ format: 'csv', text }), text }, ROOT);
    },
  };
}

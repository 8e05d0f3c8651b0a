/** Reasons of people, units and roles; `{name}` is a parameter. */
export const peopleEn = {
  'name-unfit': 'a name has 1 to {limit} characters, and none that control a screen',
  'account-unfit': 'account "{account}": 1 to 64 of a-z, 0-9 and . _ @ -, with a letter or digit at both ends',
  'account-taken': 'account {account} is that of somebody else, who may have left: an account is never given twice',
  'user-unknown': 'user {user}; add them with: evidock user add {user} --name …',
  'user-left': 'account {account} is of somebody who has left: reinstate it before you give it a role, a unit or a number',
  'user-not-active': 'account {account} is suspended, or its person has left',
  'own-account':
    'nobody changes roles, state, unit or number of their own account, or makes a link for it: another security administrator does it',
  'roles-exclude': 'roles that exclude each other: {roles}',
  'last-security-administrator': 'account {account} is the last active security administrator: give the role to somebody else first',
  'officer-taken': 'officer {officer} is account {account} already',
  'officer-has-account':
    'officer {officer} has account {account}, whose unit the security administrator decides: evidock user change {account} --unit …',
  'officer-of-other-unit': 'officer {officer} belongs to another unit: a custodian of that unit, or of one above it, does this',
  'second-person-made':
    'account {account} was made, or let into anew, by {maker}: until {until} the two count as one person, unless another security administrator confirms the account: evidock user confirm {account}',
  'second-person-third':
    'accounts {account} and {other} were both made, or let into anew, by {maker}: until {until} they count as one person, unless another security administrator confirms one of them: evidock user confirm {account}',
  'second-person-unknown': 'so many had a hand in account {account} that nobody can tell whether it is a second person',
  'set-up-link-void': 'the link is not good, or not any more: ask for another one',
  'unit-name-unfit': 'unit "{name}": / and > stand between the names of a path',
  'unit-unknown': 'unit {unit}; add it with: evidock unit add {unit}',
  'unit-ambiguous': 'several units are called {name}; name one by its path: {names}',
  'unit-exists': 'there is a unit {name} in that place already',
  'unit-circle': 'unit {name} would stand below itself',
  'unit-closed': 'unit {name} is closed',
  'units-deep': 'unit {name} would stand too deep: a tree has {limit} levels at most',
  'units-many': 'there are {limit} units at most',
  'unit-has-members': 'somebody belongs to unit {name}: {account}, perhaps others',
  'unit-has-units': 'an open unit is below unit {name}: {below}',
  'roster-twice': '{field} {value} stands in row {line} already',
  'roster-nobody': 'neither account nor officer is given',
  'roster-two': 'account {account} and officer {officer} are two users',
  'roster-left': 'account {account} is of somebody who has left: say so in the column state, or that they are active again',
  'no-text': '{path} is neither UTF-8 nor GB 18030 text: save it as CSV',
} as const;

const v1 = (row: string) => row.replace(' /', ' /api/v1/');
const USER = { id: 'wang' };
const UNIT = { id: 'unit' };
const ROSTER = [
  'account,name,officer,unit,roles,state',
  'li,Li Wei,9,局/一支队,officer,',
  'wang,Wang Min,,,custodian,active',
  'old,Old Liu,,,,left',
  'sun,Sun,,,,suspended',
].join('\n');
const roster = (text: string, dryRun = false) => ({ format: 'csv', text, dryRun });

/** Requests to the routes of people, for the walk of serve/walk.test.ts, each with the types of entries that it leaves. `unit` stands for the id of 局. */
export const PEOPLE_STEPS = [
  { row: v1('POST /officers'), body: { id: '7', name: 'Wang', unit: '局' }, leaves: ['officer.changed'] },
  { row: v1('POST /units'), body: { name: '局' }, leaves: ['officer.changed', 'unit.added'] },
  { row: v1('POST /units'), body: { name: '一支队', parent: '局' }, leaves: ['unit.added'] },
  { row: v1('GET /units'), leaves: [] },
  { row: v1('GET /units/:id'), params: { id: '局/一支队' }, leaves: [] },
  { row: v1('GET /units/:id/members'), params: { id: '局' }, leaves: [] },
  { row: v1('GET /units/:id/facts'), params: { id: '局' }, leaves: [] },
  {
    row: v1('POST /users'),
    body: { account: 'Wang', name: 'Wang', officer: '8', unit: '一支队' },
    leaves: ['officer.changed', 'user.added'],
  },
  { row: v1('POST /users'), body: { account: 'zhao', name: 'Zhao', roles: ['security-administrator'] }, leaves: ['user.added'] },
  { row: v1('POST /users'), body: { account: 'old', name: 'Old Liu' }, leaves: ['user.added'] },
  { row: v1('GET /users'), leaves: [] },
  { row: v1('GET /users/:id'), params: USER, leaves: [] },
  { row: v1('POST /users/:id/set-up-link'), params: USER, leaves: ['user.invited'] },
  { row: v1('POST /users/:id/confirmation'), params: { id: 'tied' }, leaves: ['user.confirmed'] },
  { row: v1('POST /users/:id/confirmation'), params: { id: 'tied' }, leaves: [] },
  { row: v1('PATCH /users/:id'), params: USER, body: { unit: '局' }, leaves: ['officer.changed', 'user.changed'] },
  { row: v1('PATCH /users/:id'), params: USER, body: { unit: '局', name: 'Wang' }, leaves: [] },
  { row: v1('PATCH /users/:id'), params: USER, body: { roles: ['officer'] }, leaves: ['user.roles-changed'] },
  { row: v1('PATCH /users/:id'), params: USER, body: { state: 'suspended', why: 'Under inquiry' }, leaves: ['user.suspended'] },
  { row: v1('PATCH /users/:id'), params: USER, body: { state: 'active' }, leaves: ['user.reinstated'] },
  { row: v1('PATCH /users/:id'), params: USER, body: { state: 'left' }, leaves: ['user.left'] },
  { row: v1('GET /users/:id/units'), params: USER, leaves: [] },
  { row: v1('GET /users/:id/facts'), params: USER, leaves: [] },
  { row: v1('POST /roster/import'), body: roster(ROSTER, true), leaves: [] },
  {
    row: v1('POST /roster/import'),
    body: roster(ROSTER),
    leaves: [
      ...['officer.changed', 'roster.imported', 'user.added', 'user.changed', 'user.left', 'user.reinstated', 'user.roles-changed'],
      'user.suspended',
    ],
  },
  { row: v1('POST /roster/import'), body: roster(ROSTER), leaves: [] },
  {
    row: v1('POST /roster/import'),
    body: roster('account,name,unit\nli,Li Wei,局/二支队'),
    leaves: ['officer.changed', 'roster.imported', 'unit.added', 'user.changed'],
  },
  { row: v1('PATCH /units/:id'), params: UNIT, body: { name: '市局' }, leaves: ['unit.changed'] },
  { row: v1('PATCH /units/:id'), params: UNIT, body: { name: '市局', parent: null }, leaves: [] },
  { row: v1('POST /units'), body: { name: '三支队' }, leaves: ['unit.added'] },
  { row: v1('PATCH /units/:id'), params: { id: 'third' }, body: { closed: true }, leaves: ['unit.closed'] },
  { row: v1('POST /officers'), body: { id: '7', name: 'Wang', unit: 'B2' }, leaves: ['officer.changed'] },
  {
    row: v1('PATCH /units/:id'),
    params: { id: 'third' },
    body: { name: 'B2', closed: false },
    leaves: ['officer.changed', 'unit.changed', 'unit.reopened'],
  },
] as const;

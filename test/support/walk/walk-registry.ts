import { type Step, v1 } from './walk-station.ts';

/* Steps of the walk of serve/walk.test.ts: officers, recorders, who has them, and cases. */

const events = (start: string, end: string) => [{ start: `2026-06-20 ${start}`, end: `2026-06-20 ${end}`, officers: ['041234'] }];
const csv = (text: string) => ({ format: 'csv', text });
const ALL_OF_A_CASE = ['case.changed', 'case.event-changed', 'recording.tagged', 'suggestion.decided', 'suggestion.made'];
const importOfCases = csv(
  'number,title,officers,event_start,event_end,opened,decided,closed,密级,privacy\nA-3,Late,041234,2026-06-20 21:30,2026-06-20 22:30,2026-05-01,2026/6/1,2026-06-02,秘密,未成年人',
);

export const OFFICER_STEPS: readonly Step[] = [
  { row: v1('POST /officers'), body: { id: '7', name: 'Wang' }, leaves: ['officer.changed'] },
  { row: v1('POST /officers'), body: { id: '7', name: 'Wang' }, leaves: [] },
  { row: v1('POST /officers/import'), body: { ...csv('id,name\n8,Li'), dryRun: true }, leaves: [] },
  { row: v1('POST /officers/import'), body: csv('id,name\n8,Li'), leaves: ['officer.changed'] },
  { row: v1('POST /officers/import'), body: csv('id,name\n8,Li'), leaves: [] },
  { row: v1('POST /shifts/import'), body: { ...csv('officer,date,start,end\n8,2026-06-20,22:00,06:00'), dryRun: true }, leaves: [] },
  {
    row: v1('POST /shifts/import'),
    body: csv('officer,date,start,end\n8,2026-06-20,22:00,06:00'),
    leaves: ['officer.shifts-changed', 'shifts.imported'],
  },
  { row: v1('POST /shifts/import'), body: csv('officer,date,start,end\n8,2026-06-20,22:00,06:00'), leaves: [] },
  { row: v1('GET /shifts'), leaves: [] },
  { row: v1('PATCH /officers/:id'), params: { id: '8' }, body: { unit: 'B2' }, leaves: ['officer.changed'] },
  { row: v1('PATCH /officers/:id'), params: { id: '8' }, body: { name: 'Li' }, leaves: [] },
  { row: v1('GET /officers/:id'), params: { id: '8' }, leaves: [] },
  { row: v1('GET /officers'), leaves: [] },
];

const SERIAL = { serial: 'DSJ0012345' };
const held = 'recorder.taken-out';
const given = 'recorder.returned';
const corrected = 'recorder.holding-corrected';
const anew = 'recording.officer-decided';
/** The recording `held` began at 05:00, and no file name tells its officer. */
export const HOLDING_STEPS: readonly Step[] = [
  { row: v1('POST /recorders'), body: { serial: 'DSJ0012345', model: 'X' }, leaves: ['recorder.changed'] },
  { row: v1('POST /recorders/:serial/holdings'), params: SERIAL, body: { officer: '7', from: '2026-06-20 04:00' }, leaves: [held, anew] },
  { row: v1('POST /recorders/:serial/holdings'), params: SERIAL, body: { officer: '7' }, leaves: [] },
  {
    row: v1('POST /recorders/:serial/holdings'),
    params: SERIAL,
    body: { officer: '8', from: '2026-06-20 04:30', handOver: true },
    leaves: [given, held, anew],
  },
  { row: v1('POST /recorders/:serial/return'), params: SERIAL, body: { at: '2026-06-20 04:45' }, leaves: [given, anew] },
  { row: v1('POST /recorders/:serial/return'), params: SERIAL, body: {}, leaves: [] },
  { row: v1('GET /recorders/:serial/holdings'), params: SERIAL, leaves: [] },
  { row: v1('GET /recorders/:serial/holdings/:id'), params: { ...SERIAL, id: 'holding' }, leaves: [] },
  {
    row: v1('PATCH /recorders/:serial/holdings/:id'),
    params: { ...SERIAL, id: 'holding' },
    body: { until: '2026-06-20 05:30' },
    leaves: [corrected, anew],
  },
  {
    row: v1('PATCH /recorders/:serial/holdings/:id'),
    params: { ...SERIAL, id: 'holding' },
    body: { until: '2026-06-20 05:30' },
    leaves: [],
  },
  { row: v1('DELETE /recorders/:serial/holdings/:id'), params: { ...SERIAL, id: 'holding' }, leaves: [corrected, anew] },
  { row: v1('GET /recorders/:serial/custody'), params: SERIAL, leaves: [] },
];

export const CASE_STEPS: readonly Step[] = [
  { row: v1('POST /workers'), body: { name: 'desk1' }, leaves: ['worker.invited'] },
  { row: v1('GET /workers'), leaves: [] },
  { row: v1('DELETE /workers/:name'), params: { name: 'desk1' }, leaves: ['worker.revoked'] },
  { row: v1('POST /recorders'), body: { serial: 'R1', model: 'X', officer: '7' }, leaves: ['recorder.changed'] },
  { row: v1('PATCH /recorders/:serial'), body: { officer: '8', model: 'Y' }, leaves: ['recorder.changed'] },
  { row: v1('PATCH /recorders/:serial'), body: { officer: '8' }, leaves: [] },
  { row: v1('GET /recorders/:serial'), leaves: [] },
  { row: v1('GET /recorders'), leaves: [] },
  { row: v1('GET /recorders/:serial'), leaves: [] },
  {
    row: v1('POST /cases'),
    body: { number: 'A-1', title: 'One', privacy: ['minor'], events: events('14:30', '15:30') },
    leaves: [...ALL_OF_A_CASE, 'case.protected'].sort(),
  },
  { row: v1('POST /cases'), body: { number: 'A-1', title: 'One', events: events('14:30', '15:30'), update: true }, leaves: [] },
  {
    row: v1('POST /cases'),
    body: { number: 'A-2', title: 'Two', events: events('14:40', '15:20') },
    leaves: ['case.changed', 'case.event-changed', 'suggestion.made'],
  },
  { row: v1('POST /cases/import'), body: { ...importOfCases, dryRun: true }, leaves: [] },
  {
    row: v1('POST /cases/import'),
    body: importOfCases,
    leaves: [...ALL_OF_A_CASE, 'case.closed', 'case.decided', 'case.protected'].sort(),
  },
  { row: v1('POST /cases/import'), body: importOfCases, leaves: [] },
  { row: v1('GET /cases'), leaves: [] },
  {
    row: v1('PATCH /cases/:number'),
    body: { stage: 'review', events: [{ start: '2026-06-21 03:30', end: '2026-06-21 04:30', officers: ['041234'] }] },
    leaves: ALL_OF_A_CASE,
  },
  { row: v1('PATCH /cases/:number'), body: { stage: 'review' }, leaves: [] },
  { row: v1('GET /cases/:number'), leaves: [] },
  { row: v1('GET /cases/:number/events'), leaves: [] },
  { row: v1('PUT /cases/:number/decision'), body: { on: '2026-06-20' }, leaves: ['case.decided'] },
  { row: v1('PUT /cases/:number/decision'), body: { on: '2026-06-20' }, leaves: [] },
  { row: v1('PUT /cases/:number/closing'), body: { on: '2026-06-20' }, leaves: ['case.closed'] },
  { row: v1('PUT /cases/:number/closing'), body: { on: '2026/6/20' }, leaves: [] },
  { row: v1('PUT /cases/:number/reopening'), body: { on: '2026-06-21', reason: 'revoked' }, leaves: ['case.reopened'] },
  { row: v1('PUT /cases/:number/reopening'), body: { on: '2026-06-21', reason: 'revoked' }, leaves: [] },
  { row: v1('PATCH /cases/:number/protection'), body: { confidentiality: 'secret', addPrivacy: ['minor'] }, leaves: ['case.protected'] },
  { row: v1('PATCH /cases/:number/protection'), body: { confidentiality: 'secret', addPrivacy: ['minor'] }, leaves: [] },
  { row: v1('PATCH /recordings/:id/protection'), body: { confidentiality: 'internal' }, leaves: ['recording.protected'] },
  { row: v1('PATCH /recordings/:id/protection'), body: { confidentiality: 'internal' }, leaves: [] },
  { row: v1('GET /cases/:number/custody'), leaves: [] },
];

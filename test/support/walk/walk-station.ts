/* Steps of the walk of serve/walk.test.ts: what footage is asked for, what the station does, and what it tells of itself. */

export interface Step {
  /** Method and URL of the row. */
  readonly row: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: object;
  /** Types of the entries that the request leaves, each named once. */
  readonly leaves: readonly string[];
}

export const v1 = (row: string) => row.replace(' /', ' /api/v1/');

export const FOOTAGE_STEPS: readonly Step[] = [
  { row: v1('GET /suggestions'), leaves: [] },
  {
    row: v1('PUT /suggestions/:id/decision'),
    params: { id: 'suggestion' },
    body: { decision: 'accepted' },
    leaves: ['recording.tagged', 'suggestion.decided'],
  },
  { row: v1('PUT /suggestions/:id/decision'), params: { id: 'suggestion' }, body: { decision: 'accepted' }, leaves: [] },
  { row: v1('PATCH /recordings/:id'), body: { category: 'fee', cases: ['A-3'] }, leaves: ['recording.tagged'] },
  { row: v1('PATCH /recordings/:id'), body: { category: 'fee', cases: ['A-3'] }, leaves: [] },
  { row: v1('PATCH /recordings/:id'), body: { removeCases: ['A-3'], cases: ['A-3'] }, leaves: [] },
  { row: v1('DELETE /recordings/:id/cases/:number'), params: { number: 'A-3' }, leaves: ['recording.tagged'] },
  { row: v1('GET /recordings'), leaves: [] },
  { row: v1('GET /recordings'), query: '?officer=7', leaves: ['search.made'] },
  { row: v1('GET /recordings'), query: '?officer=7', leaves: [] },
  { row: v1('GET /own/dockings'), leaves: [] },
  { row: v1('GET /rights'), query: '?recording=rec-none', leaves: [] },
  { row: v1('GET /figures'), leaves: [] },
  { row: v1('GET /recordings/:id'), leaves: [] },
  { row: v1('GET /recordings/:id/custody'), leaves: [] },
  { row: v1('GET /recordings/:id/facts'), leaves: [] },
  { row: v1('GET /cases/:number/facts'), params: { number: 'A-1' }, leaves: [] },
  { row: v1('GET /recordings/:id/playback'), leaves: ['recording.viewed'] },
  { row: v1('GET /recordings/:id/playback'), leaves: [] },
  { row: v1('GET /recordings/:id/derivatives/:kind'), params: { id: 'late' }, leaves: ['recording.viewed'] },
  { row: v1('GET /recordings/:id/originals/:index'), leaves: ['recording.viewed'] },
  { row: v1('GET /recordings/:id/track'), params: { id: 'walked' }, leaves: ['recording.viewed'] },
  { row: v1('POST /recordings/:id/marks'), body: { momentMs: 400, words: 'here' }, leaves: ['recording.place-marked'] },
  { row: v1('GET /recordings/:id/marks'), leaves: [] },
  { row: v1('DELETE /recordings/:id/marks/:mark'), params: { mark: 'mark' }, leaves: ['recording.place-unmarked'] },
  { row: v1('GET /recordings/:id/looks'), leaves: [] },
  { row: v1('POST /looks/thumbnails'), body: { recordings: ['early'], kind: 'poster' }, leaves: ['thumbnails.shown'] },
  { row: v1('POST /looks/thumbnails'), body: { recordings: ['rec-unknown'], kind: 'poster' }, leaves: [] },
  { row: v1('POST /looks/:id/claims'), params: { id: 'look' }, body: { played: [{ fromMs: 0, toMs: 900 }] }, leaves: [] },
  { row: v1('GET /audit'), leaves: ['audit.read'] },
  { row: v1('GET /audit'), query: '?limit=3', leaves: [] },
  { row: v1('GET /audit'), query: '?outcome=refused', leaves: ['audit.read'] },
  { row: v1('GET /audit/export'), query: '?format=jsonl', leaves: ['list.exported'] },
];

export const WORK_STEPS: readonly Step[] = [
  { row: v1('PUT /slots/:slot'), params: { slot: '7' }, body: { port: '1-4' }, leaves: ['slots.changed'] },
  { row: v1('PUT /slots/:slot'), params: { slot: '7' }, body: { port: '1-4' }, leaves: [] },
  { row: v1('GET /slots/:slot'), params: { slot: '7' }, leaves: [] },
  { row: v1('PUT /slots/learning'), body: { seconds: 0 }, leaves: [] },
  { row: v1('GET /slots'), leaves: [] },
  { row: v1('GET /hubs'), leaves: [] },
  { row: v1('POST /dockings'), body: { directory: '/card' }, leaves: ['docking.arrived'] },
  { row: v1('GET /dockings'), leaves: [] },
  { row: v1('GET /dockings/:id'), params: { id: 'docking' }, leaves: [] },
  { row: v1('GET /dockings/:id/refusals'), params: { id: 'docking' }, leaves: [] },
  { row: v1('POST /dockings/:id/removal'), params: { id: 'docking' }, leaves: ['docking.removed'] },
  { row: v1('POST /dockings/:id/removal'), params: { id: 'docking' }, leaves: [] },
  { row: v1('GET /jobs'), leaves: [] },
  { row: v1('POST /jobs/retry'), body: {}, leaves: [] },
  { row: v1('POST /derivatives/again'), body: { count: true }, leaves: [] },
  { row: v1('POST /derivatives/again'), body: {}, leaves: ['recording.derive-again'] },
  { row: v1('POST /derivatives/again'), body: {}, leaves: [] },
  { row: v1('POST /verify'), body: { vault: true }, leaves: ['fixity.checked', 'station.verified'] },
  { row: v1('POST /verify'), body: { log: true }, leaves: ['log.replayed', 'station.verified'] },
  {
    row: v1('POST /verify'),
    body: { recording: 'lost', archive: true },
    leaves: ['copy.withdrawn', 'recording.verified'],
  },
  { row: v1('POST /recordings/:id/fetch'), params: { id: 'away' }, leaves: ['original.fetched'] },
  { row: v1('POST /recordings/:id/fetch'), params: { id: 'away' }, leaves: [] },
  { row: v1('POST /ledger/backup'), body: {}, leaves: ['ledger.backed-up'] },
];

export const STATION_STEPS: readonly Step[] = [
  { row: v1('GET /custody/shipping'), leaves: [] },
  { row: v1('GET /health'), leaves: [] },
  { row: v1('GET /ready'), leaves: [] },
  { row: v1('GET /network'), leaves: [] },
  { row: v1('GET /configuration'), leaves: [] },
  { row: v1('GET /diagnosis'), leaves: [] },
  { row: v1('GET /scrub'), leaves: [] },
  { row: v1('POST /scrub/orders'), body: { place: 'vault', order: 'pause' }, leaves: ['scrub.ordered'] },
  { row: v1('GET /clock'), leaves: [] },
  { row: v1('POST /clock/confirmation'), body: { seenAt: 'set', words: 'set by hand' }, leaves: ['clock.confirmed'] },
  { row: v1('POST /clock/confirmation'), body: { seenAt: 'again', words: 'set by hand' }, leaves: [] },
  { row: v1('GET /reports/month/:month'), params: { month: '2026-06' }, leaves: ['report.issued'] },
  { row: v1('GET /reports/duties/:month'), params: { month: '2026-06' }, leaves: ['report.issued'] },
  { row: v1('GET /reports/duties/:month/pdf'), params: { month: '2026-06' }, leaves: ['report.issued'] },
  { row: v1('POST /reports/deeds'), body: { report: 'month', of: '2026-06', how: 'printed', copies: 2 }, leaves: ['report.issued'] },
  { row: v1('POST /samples'), body: { month: '2026-05' }, leaves: ['sample.drawn'] },
  { row: v1('GET /samples'), leaves: [] },
  { row: v1('GET /samples/:id'), params: { id: 'sample' }, leaves: [] },
  {
    row: v1('POST /samples/:id/looks/:look/review'),
    params: { id: 'sample', look: 'lok-may' },
    body: { verdict: 'fine' },
    leaves: ['sample.reviewed'],
  },
  { row: v1('GET /reports/trail/:recording'), params: { recording: 'early' }, leaves: ['report.issued'] },
  { row: v1('GET /openapi.json'), leaves: [] },
  { row: 'GET /metrics', leaves: [] },
];

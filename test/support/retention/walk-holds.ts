import { EMPTY_SCOPE } from '#domain/hold/hold';
import type { Ledger } from '#ports/ledger';
import { anId, START_MS } from '#test/support/builders';
import { aCaseDraft } from '#test/support/custody';

const v1 = (row: string) => row.replace(' /', ' /api/v1/');
const asks = { reason: 'order 77', review: '2026-12-20' };

/** `hold` was set by somebody else: nobody releases their own. */
export const HOLD_STEPS = [
  {
    row: v1('POST /holds'),
    body: { recordings: ['early'], ...asks },
    leaves: ['hold.checked', 'hold.reached', 'hold.set'],
  },
  { row: v1('GET /holds'), leaves: [] },
  { row: v1('GET /holds/:id'), params: { id: 'hold' }, leaves: [] },
  { row: v1('GET /holds/:id/recordings'), params: { id: 'hold' }, leaves: [] },
  { row: v1('GET /holds/:id/custody'), params: { id: 'hold' }, leaves: [] },
  { row: v1('POST /holds/:id/release'), params: { id: 'hold' }, body: { reason: 'judged' }, leaves: ['hold.released'] },
] as const;

/** A hold that another person has set, as rows. Returns its id. */
export async function holdOfOthers(ledger: Ledger, recording: string): Promise<string> {
  const id = anId('lgh');
  await ledger.transaction(async (writer) => {
    const scope = { ...EMPTY_SCOPE, recordings: [recording] };
    await writer.holds.insert({ id, scope, reason: 'order 77', author: 'usr-other', setAtMs: START_MS, reviewAtMs: START_MS * 2 });
    await writer.custody.append(aCaseDraft('A-1'));
  });
  return id;
}

import type { LedgerReader, LedgerWriter } from './ledger.ts';

export type WriteName = Exclude<keyof LedgerWriter, keyof LedgerReader | 'appendCustody'>;

/**
 * What each write changes. `fact`: custody tells of it in the same transaction, whoever writes. `upkeep`: so it does where a request changes it; the station
 * also keeps it up itself, as other rows and probes add up (progress of a listing, states, lengths). `bookkeeping`: how work stands, and when bytes were last seen
 * to be right, which the entry of the whole verification tells.
 */
export const WRITES: Readonly<Record<WriteName, 'fact' | 'upkeep' | 'bookkeeping'>> = {
  insertDocking: 'fact',
  updateDocking: 'upkeep',
  insertRefusal: 'fact',
  assignSlot: 'fact',
  releaseSlot: 'fact',
  insertRecording: 'fact',
  insertOriginal: 'fact',
  moveToRecording: 'fact',
  moveOriginal: 'fact',
  markReplaced: 'fact',
  relistOriginal: 'fact',
  markCopied: 'fact',
  unmarkCopied: 'fact',
  markSealed: 'fact',
  measureOriginal: 'upkeep',
  markCompared: 'bookkeeping',
  upsertCopy: 'bookkeeping',
  withdrawCopy: 'fact',
  upsertDerivative: 'fact',
  updateRecording: 'upkeep',
  linkRecordings: 'fact',
  addRecordingCase: 'fact',
  removeRecordingCase: 'fact',
  insertWork: 'bookkeeping',
  reopenWork: 'bookkeeping',
  claimWork: 'bookkeeping',
  requireClaim: 'bookkeeping',
  renewWork: 'bookkeeping',
  finishWork: 'bookkeeping',
  postponeWork: 'bookkeeping',
  failWork: 'bookkeeping',
  retryFailedWork: 'bookkeeping',
  upsertOfficer: 'fact',
  upsertRecorder: 'fact',
  assignRecorder: 'fact',
  upsertCase: 'fact',
  upsertCaseEvent: 'fact',
  insertSuggestion: 'fact',
  decideSuggestion: 'fact',
  upsertWorker: 'fact',
  giveBackWork: 'bookkeeping',
  noteLeftovers: 'bookkeeping',
  forgetLeftover: 'bookkeeping',
  keepAnswer: 'bookkeeping',
};

import type { LedgerWrites } from './ledger.ts';

type Written = Exclude<keyof LedgerWrites, 'custody'>;
/** `recordings.insert` */
export type WriteName = { [Group in Written]: `${Group}.${keyof LedgerWrites[Group] & string}` }[Written];

/**
 * What each write changes. `fact`: custody tells of it in the same transaction, whoever writes. `upkeep`: so it does where a request changes it; the station
 * also keeps it up itself, as other rows and probes add up (progress of a listing, states, lengths). `bookkeeping`: how work stands, and when bytes were last seen
 * to be right, which the entry of the whole verification tells.
 */
export const WRITES: Readonly<Record<WriteName, 'fact' | 'upkeep' | 'bookkeeping'>> = {
  'dockings.insert': 'fact',
  'dockings.update': 'upkeep',
  'dockings.setStatus': 'upkeep',
  'dockings.insertRefusal': 'fact',
  'dockings.assignSlot': 'fact',
  'dockings.releaseSlot': 'fact',
  'recordings.insert': 'fact',
  'recordings.upsertCopy': 'bookkeeping',
  'recordings.withdrawCopy': 'fact',
  'recordings.upsertDerivative': 'fact',
  'recordings.update': 'upkeep',
  'recordings.link': 'fact',
  'recordings.addCase': 'fact',
  'recordings.removeCase': 'fact',
  'recordings.noteLeftovers': 'bookkeeping',
  'recordings.forgetLeftover': 'bookkeeping',
  'originals.insert': 'fact',
  'originals.moveToRecording': 'fact',
  'originals.moveToDocking': 'fact',
  'originals.markReplaced': 'fact',
  'originals.relist': 'fact',
  'originals.markCopied': 'fact',
  'originals.unmarkCopied': 'fact',
  'originals.markSealed': 'fact',
  'originals.measure': 'upkeep',
  'originals.markCompared': 'bookkeeping',
  'work.insert': 'bookkeeping',
  'work.reopen': 'bookkeeping',
  'work.claim': 'bookkeeping',
  'work.requireClaim': 'bookkeeping',
  'work.renew': 'bookkeeping',
  'work.finish': 'bookkeeping',
  'work.postpone': 'bookkeeping',
  'work.fail': 'bookkeeping',
  'work.retryFailed': 'bookkeeping',
  'work.giveBack': 'bookkeeping',
  'registry.upsertOfficer': 'fact',
  'registry.upsertRecorder': 'fact',
  'registry.assignRecorder': 'fact',
  'registry.upsertHolding': 'fact',
  'registry.removeHolding': 'fact',
  'registry.upsertWorker': 'fact',
  'cases.upsert': 'fact',
  'cases.update': 'fact',
  'cases.upsertEvent': 'fact',
  'cases.insertSuggestion': 'fact',
  'cases.decideSuggestion': 'fact',
  'answers.keep': 'bookkeeping',
};

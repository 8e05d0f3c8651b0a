import type { LedgerWrites } from './ledger.ts';

type Written = Exclude<keyof LedgerWrites, 'custody'>;
/** The name of a write: its group and its method, such as `recordings.insert`. */
export type WriteName = { [Group in Written]: `${Group}.${keyof LedgerWrites[Group] & string}` }[Written];

/**
 * Which writes need a custody entry. `fact`: always, in the same transaction, whoever writes. `upkeep`: only where a request makes the write. The station makes
 * it too, when it sums up other rows or probes (progress of a listing, states, lengths). `bookkeeping`: never. These writes say how work stands, and when bytes
 * were last found right, which the entry of the whole verification tells.
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
  'policies.propose': 'fact',
  'policies.decide': 'fact',
};

/** Texts of disposal, in English. */
export const disposalTextsEn = {
  'state.disposed': 'disposed of',
  'custody.copy.destroying': 'about to be destroyed in {place}: {key} ({why})',
  'custody.copy.destroyed': 'destroyed in {place}, which lists it no more: {key} ({why})',
  'custody.copy.spared': 'not destroyed in {place} after all: {key}: {reason}',
  'custody.disposal.proposed':
    '{recordings} {recordings:recording|recordings} ({bytes}) proposed for disposal by {rule}; digest of the list {digest}',
  'custody.disposal.listed': 'stands on the list {disposal} for disposal, by rule {rule}',
  'custody.disposal.excluded': 'taken from the list {disposal}: {reason}',
  'custody.disposal.approved': 'list approved by a second person; digest {digest}',
  'custody.disposal.began': 'disposal begun or gone on with: {left} {left:recording|recordings} to go',
  'custody.disposal.halted': 'disposal halted, {left} {left:recording|recordings} to go: {reason}',
  'custody.disposal.ended': 'disposal ended: {destroyed} destroyed, {kept} kept',
  'custody.disposal.cancelled': 'disposal cancelled, {kept} {kept:recording stays|recordings stay}: {reason}',
  'custody.disposal.kept': 'kept, although it was on the list {disposal}: {reason}',
  'custody.recording.disposed': 'disposed of by list {disposal}; tombstone {tombstone}, rule {rule}',
} as const;

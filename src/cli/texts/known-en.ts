/** What is said of known files and their re-check, in English. */
export const knownEn = {
  'recheck.anytime': 're-check {done}/{files}, may be undocked at any time',
  'recheck.running': 're-check {done}/{files}',
  'recheck.ended': 're-checked {done}/{files}',
  'phase.rechecking': 'comparing known files whole',
  'ingest.rechecking': 're-check {done}/{files}: known files are compared whole',
  'custody.docking.compared':
    '{files} known {files:file was|files were} compared: {whole} whole, {sampled} by {blocks} random blocks, {fewer} by {fewerBlocks}, {unread} could not be read',
  'custody.docking.unsafe': 'the docking was not safe any more: {cardPath} holds other bytes than were sealed, and is taken in as {as}',
  'custody.original.rechecked': '{files} known {files:file|files} ({bytes}) {files:was|were} compared whole, with the sealed digest',
  'custody.original.differs': 'the file of this name, size and time on the recorder holds other bytes: SHA-256 {sha256}, taken in as {as}',
} as const;

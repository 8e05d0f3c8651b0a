/** What is said of the archive, in English. */
export const archiveEn = {
  'custody.copy.withdrawn': 'the copy in {archive} failed its check and counts no more; it is archived again',
  'custody.recording.facts-archived': 'changed facts archived and verified in {archive}',
} as const;

/** What is said of a recording's notes and links, in English. */
export const notesEn = {
  'column.notes': 'to know',
  'column.links': 'belongs with',
  'note.segment-missing': 'part {number} of it is not on the card',
  'note.join-unproven': 'by its name one take with {file}, but no time proves it',
  'note.gap-between-segments': '{seconds} s between the end of the segment before and segment {segment}',
  'note.unsupported': 'nothing here can show it: {why}',
  'note.not-made': 'not made: {what}: {why}',
  'link.continues-in': 'continues in {id}',
  'link.continues-from': 'continues from {id}',
  'link.other-view': 'other view: {id}',
  'custody.recording.linked': 'names and times say that it and {other} are one take ({relation})',
  'custody.recording.noted': 'the lengths of its segments show a gap of {seconds} s before segment {segment}',
} as const;

/** What is said of a recording's notes and links, in English. */
export const notesEn = {
  'column.notes': 'to know',
  'column.links': 'belongs with',
  'note.segment-missing': 'part {number} of it is not on the card',
  'link.continues-in': 'continues in {id}',
  'link.continues-from': 'continues from {id}',
  'link.other-view': 'other view: {id}',
} as const;

/** Texts about a recording's notes and links, in English. */
export const notesEn = {
  'column.notes': 'To know',
  'mark.noted': 'to-know',
  'column.links': 'Belongs with',
  'note.segment-missing': 'part {number} of it is not on the card',
  'note.found-in-bin': 'somebody deleted it: it lay in a bin',
  'note.deleted-as': 'before it was deleted it was {path}',
  'note.found-after-repair': 'a repair of the card had put it aside',
  'note.other-recorder': 'recorder {number} made it; it lay on the card of {card}',
  'note.join-unproven': 'by its name one take with {file}, but no time proves it',
  'note.gap-between-segments': '{seconds} s between the end of the segment before and segment {segment}',
  'note.unsupported': 'nothing here can show it: {why}',
  'note.not-made': 'not made: {what}: {why}',
  'link.continues-in': 'continues in {id}',
  'link.continues-from': 'continues from {id}',
  'link.other-view': 'other view: {id}',
} as const;

/** What is said of a recording's notes and links, in English. */
export const notesEn = {
  'column.notes': 'to know',
  'column.links': 'belongs with',
  'note.segment-missing': 'part {number} of it is not on the card',
  'note.found-in-bin': 'somebody deleted it: it lay in a bin',
  'note.deleted-as': 'before it was deleted it was {path}',
  'note.found-after-repair': 'a repair of the card had put it aside',
  'note.other-recorder': 'recorder {number} made it; it lay on the card of {card}',
  'link.continues-in': 'continues in {id}',
  'link.continues-from': 'continues from {id}',
  'link.other-view': 'other view: {id}',
  'custody.recording.marked': 'marked as important on the recorder since: {from} is {to} now',
  'custody.recording.other-recorder': 'made by recorder {recorder}; it lay on the card of {card}',
  'custody.recording.kind-corrected': 'is {to}, not {from}, as its content says',
  'custody.original.grown': '{cardPath} has grown to {bytes} bytes before it was copied',
} as const;

/** Texts about the history of facts, and about a replay of the custody log, in English. */
export const factsEn = {
  'option.history': 'also what was known of it, from when on and by whom',
  'facts.title': 'What was known, and from when on',
  'facts.none': 'Nothing: it has not changed since the custody log of today began.',
  'column.from': 'From',
  'field.case': 'case',
  'field.start': 'start',
  'field.stage': 'stage',
  'field.officers': 'officers',
  'field.unit': 'unit',
  'place.ledger': 'ledger',
  'place.log': 'custody log',
  'schema.table': 'table',
  'schema.index': 'index',
  'schema.trigger': 'trigger',
  'schema.view': 'view',
  'verify.replaying': 'replaying the custody log: {entries} of {entriesTotal} entries',
};

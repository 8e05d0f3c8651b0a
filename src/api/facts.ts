import Type, { type Static } from 'typebox';

/** Schemas of the history of values: what was known of a thing, and since when. */

export const FactJson = Type.Object({
  name: Type.String({
    description:
      '`officer`, `category`, `important`, `start`, `stage`, `officers`, `opened`, `course`, `confidentiality`, `privacy`, `unit`, `roles`, `state`, `name`, `parent`, `closed`; `case:` and a number: a case that the recording belongs to.',
  }),
  value: Type.Unsafe<unknown>({ description: 'Until the next fact of this name; null: there is none from then on.' }),
  from: Type.String(),
  actor: Type.String({ description: 'Who said so: `cli:wang`, `station (rule:sole)`.' }),
  entry: Type.Integer({ description: 'Number of the custody entry.' }),
});

export type FactAnswer = Static<typeof FactJson>;

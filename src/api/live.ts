import Type from 'typebox';

/** What a page is told of changes. */
export const ChangedJson = Type.Object({
  topics: Type.Array(Type.String(), {
    description: 'Groups of the ledger that were written, and `slots`. Topics that a client does not know mean nothing to it.',
  }),
});

/** The event `beat`, which every stream has beside its own, each 1.5 s. */
export const BeatJson = Type.Object({ at: Type.String({ description: 'Time of the station, in its zone, with the offset.' }) });

import Type from 'typebox';

/** A line of the answer while evicted originals of a recording come back; the last one is the summary. */
export const FetchLineJson = Type.Union([
  Type.Object({
    type: Type.Literal('progress'),
    files: Type.Integer({ description: 'Originals that are in the vault again.' }),
    filesTotal: Type.Integer(),
    bytes: Type.Integer(),
    bytesTotal: Type.Integer(),
  }),
  Type.Object({ type: Type.Literal('summary'), files: Type.Integer(), bytes: Type.Integer(), elapsedMs: Type.Integer() }),
]);

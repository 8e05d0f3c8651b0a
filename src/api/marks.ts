import Type from 'typebox';
import { closed, nullable } from './common.ts';
import { RecordingParams } from './recordings.ts';

/** Schemas of marked moments of a film. */

/** A day of film, and more than any recorder writes into one recording. */
const MOMENT_MS_MAX = 7 * 86_400_000;

export const MarkParams = closed({ id: RecordingParams.properties.id, mark: Type.String({ minLength: 1, maxLength: 64 }) });

export const MarkBody = closed({
  momentMs: Type.Integer({ minimum: 0, maximum: MOMENT_MS_MAX, description: 'Moment of the film, milliseconds from its beginning.' }),
  words: Type.String({ minLength: 1, maxLength: 500, description: 'What is seen there.' }),
});

export const MarkJson = Type.Object({
  id: Type.String(),
  momentMs: Type.Integer({ description: 'Moment of the film, milliseconds from its beginning.' }),
  words: nullable.text('null: they were erased.'),
  by: Type.String({ description: 'Who made it, as custody prints it.' }),
  name: nullable.text('Name of that person now; null: no person of this station.'),
  own: Type.Boolean({ description: 'Who asks made it, and may take it away.' }),
  at: Type.String({ description: 'When it was made.' }),
});

export const MarksJson = Type.Object({ items: Type.Array(MarkJson) });

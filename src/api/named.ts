import type { Static, TSchema } from 'typebox';

/** A schema that the API document names, with an example of it. */
export const named = <T extends TSchema>(schema: T, example: Static<T>) => ({ schema, example });

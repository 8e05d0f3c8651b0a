import Type, { type Static, type TSchema } from 'typebox';
import { ERRORS, type ErrorCode } from '#domain/errors';
import type { Reason } from '#domain/reason';
import { CATEGORIES } from '#domain/registry';

/** Parts from which the schemas of the API are built. Times are ISO 8601 texts. */

// One schema with two types is checked and printed much faster than a union of two schemas.
export const nullable = {
  text: (description?: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description ? { description } : {}) }),
  number: (description?: string) => Type.Unsafe<number | null>({ type: ['number', 'null'], ...(description ? { description } : {}) }),
  integer: (description?: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], ...(description ? { description } : {}) }),
};

/** A text that is one of `values`. The API document shows it as an enum. */
export function oneOf<const T extends readonly string[]>(values: T, description?: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description ? { description } : {}) });
}

export const closed = <T extends Record<string, TSchema>>(fields: T) => Type.Object(fields, { additionalProperties: false });

export const Name = (max = 128) => Type.String({ minLength: 1, maxLength: max, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' });

/** Query parameters of every list. */
export const PAGE = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1024,
      description: '`next` of the page before, with the same filters; nothing can be read from it.',
    }),
  ),
};

export const PageQuery = closed(PAGE);

/** One page of a list. */
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable.text('Cursor of the next page; null: this is the last.') });

export interface PageAnswer<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export const ErrorCodeText = oneOf(
  Object.keys(ERRORS) as ErrorCode[],
  'What failed; the part before the dot is what a person has to look at first.',
);

/**
 * Why something failed or is as it is: a code of the catalogue of messages, with its parameters. The reader's side makes sentences of it in the reader's
 * language.
 */
export const ReasonSchema = Type.Unsafe<Reason>({
  type: 'object',
  required: ['code', 'params'],
  properties: {
    code: { type: 'string', description: 'A code of the catalogue (src/messages/reasons).' },
    params: {
      type: 'object',
      description: 'By name: texts, numbers, other reasons, or lists of them.',
      additionalProperties: true,
    },
  },
});

/** The form of every error (RFC 9457). */
export const Problem = Type.Object({
  type: Type.String({ description: '`urn:evidock:problem:` and the code.' }),
  title: Type.String({ description: 'What failed, for a person; the same for every error of this code.' }),
  status: Type.Integer(),
  detail: Type.String({ description: 'The thing that it failed for: an id, a field, a key.' }),
  reason: ReasonSchema,
  instance: Type.String({ description: '`urn:uuid:` and the id of the request, which is also in the header x-request-id.' }),
  code: ErrorCodeText,
  remedy: Type.String({ description: 'What the person should do.' }),
});

export type ProblemAnswer = Static<typeof Problem>;

export const ProblemJson = Type.Unsafe<{ code: ErrorCode; reason: Reason } | null>({
  type: ['object', 'null'],
  properties: { code: { type: 'string' }, reason: ReasonSchema },
});

export const CategoryText = oneOf(CATEGORIES);

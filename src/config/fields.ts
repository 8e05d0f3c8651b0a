/* What the sections of the configuration are made of. */
import Type from 'typebox';

/** Extra words on a field: `unit` is told in docs/config.md; the value of a field with `secret` is never printed, and of a URL whose path may be a key (`path`) only the server is. */
interface Words {
  readonly title: string;
  readonly description: string;
  readonly unit?: string;
  readonly secret?: true | 'path';
  readonly default?: unknown;
}

export const text = (words: Words & { pattern?: string; minLength?: number }) => Type.String({ ...words });
export const integer = (words: Words, minimum: number, maximum: number) => Type.Integer({ ...words, minimum, maximum });
export const flag = (words: Words) => Type.Boolean({ ...words });
export const choice = <T extends string[]>(words: Words, values: readonly [...T]) => Type.Enum([...values] as [...T], { ...words });
export const section = <T extends Parameters<typeof Type.Object>[0]>(title: string, description: string, fields: T) =>
  Type.Object(fields, { title, description, additionalProperties: false });

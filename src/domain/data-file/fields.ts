/* What the files that a site writes (policy, schedule, days off) are made of. */
import Type from 'typebox';

const CODE = '^[a-z0-9]+(-[a-z0-9]+)*$';

export const oneOf = <T extends string>(values: readonly T[], description?: string) =>
  Type.Enum([...values] as [T, ...T[]], description === undefined ? {} : { description });
export const listOf = <T extends string>(values: readonly T[], description?: string) =>
  Type.Array(oneOf(values), { minItems: 1, uniqueItems: true, ...(description === undefined ? {} : { description }) });
export const closed = <P extends Parameters<typeof Type.Object>[0]>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
export const code = (description: string) => Type.String({ pattern: CODE, maxLength: 60, description });
export const titled = () =>
  closed(
    { 'zh-CN': Type.String({ minLength: 1, maxLength: 200 }), en: Type.String({ minLength: 1, maxLength: 200 }) },
    'Name in both languages, as people read it.',
  );

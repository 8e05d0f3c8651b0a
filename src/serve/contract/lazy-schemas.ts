import ajvCompiler from '@fastify/ajv-compiler';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { FastifyServerOptions } from 'fastify';

type Factories = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;
type BuildValidator = NonNullable<Factories['buildValidator']>;
type BuildSerializer = NonNullable<Factories['buildSerializer']>;

/**
 * Fastify's own compilers of schemas, used for a route at its first request and not when the server starts.
 * There are several hundred schemas, and a command that opens the station for one question would pay for all of them.
 * A schema that does not compile is found by the walk of the routes, which asks every one.
 */
export const LAZY_SCHEMAS = { compilersFactory: { buildValidator, buildSerializer } satisfies Factories };

function buildValidator(...given: Parameters<BuildValidator>): ReturnType<BuildValidator> {
  const compiler = once(() => ajvCompiler()(...given));
  return (definition) => {
    const compiled = once(() => compiler()(definition));
    const validate = (data: unknown) => {
      const valid = compiled()(data);
      // Fastify reads what was wrong from the function itself.
      validate.errors = compiled().errors;
      return valid;
    };
    validate.errors = undefined as ReturnType<typeof compiled>['errors'];
    return validate as ReturnType<ReturnType<BuildValidator>>;
  };
}

function buildSerializer(...given: Parameters<BuildSerializer>): ReturnType<BuildSerializer> {
  const compiler = once(() => SerializerSelector()(...given));
  return (definition) => {
    const compiled = once(() => compiler()(definition));
    return (data) => compiled()(data);
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

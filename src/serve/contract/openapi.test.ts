/*
 * Goal: the API document tells everything that a stranger needs, and nothing that is not true.
 * Method: a linter checks the document of the real table, and the examples are checked against their own schemas.
 */
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { COMPONENTS } from '#api/components';
import { ERRORS } from '#domain/errors';
import { ROUTES } from '#serve/routes';
import { openApiOf } from './openapi.ts';
import { apiReference, GENERATED } from './reference.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name?: string; readonly $ref?: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, { readonly content?: Content; readonly headers?: object }>;
}
type Content = Record<string, { readonly schema: { readonly $ref?: string }; readonly example?: unknown }>;

const document = openApiOf(ROUTES, '0.0.0-test') as unknown as {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { readonly enum?: readonly string[] }> };
};
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

/** The linter's own strictest ruleset, in which warnings are errors. It fetches nothing and sends nothing. */
const RULESET = 'recommended-strict';

async function faultsOf(source: string): Promise<string[]> {
  const config = await createConfig({ extends: [RULESET] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(({ severity, ruleId, message, location }) => `${severity} ${ruleId}: ${message} ${location[0]?.pointer ?? ''}`);
}

describe('docs/api.md', () => {
  it('is up to date (node scripts/generate-api-docs.ts)', () => {
    const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    expect(text.slice(text.indexOf(GENERATED))).toBe(apiReference());
  });
});

describe('the API document', () => {
  it('has nothing that the linter complains of', async () => {
    // A route that sends the browser elsewhere has 3XX as its good answer, of which the linter knows nothing.
    const sent = operations.filter(({ responses }) => '303' in responses).length;
    const faults = await faultsOf(JSON.stringify(document));
    expect(faults.filter((fault) => !fault.includes('operation-2xx-response'))).toEqual([]);
    expect([faults.length, sent]).toEqual([2, 2]);
  });

  it('is judged by a linter that would complain', async () => {
    const [first] = operations;
    const broken = JSON.stringify(document).replace(`"operationId":"${first?.operationId}"`, '"operationId":"a b"');
    expect((await faultsOf(broken)).join('\n')).toContain('operation-operationId-url-safe');
    expect((await faultsOf(JSON.stringify(document).replaceAll('schemas/ErrorCode', 'schemas/Gone'))).join('\n')).toContain(
      'no-unresolved-refs',
    );
  });

  it('names each schema once and refers to it', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Recording', 'RecordingPage', 'CustodyEntry', 'Problem']),
    );
    for (const { operationId, requestBody, responses } of operations) {
      const bodies = [
        requestBody?.content['application/json'],
        ...Object.values(responses).map((each) => each.content?.['application/json']),
      ];
      for (const body of bodies) {
        if (body === undefined || operationId === 'get-openapi-json') continue;
        expect(String(body.schema.$ref), operationId).toMatch(/^#\/components\/schemas\/\w+$/);
        expect(body.example, operationId).toBeDefined();
      }
    }
    expect(document.components.schemas['ErrorCode']?.enum).toEqual(Object.keys(ERRORS));
  });

  it.each(Object.keys(COMPONENTS))('has an example of %s that is one', (name) => {
    const { schema, example } = COMPONENTS[name as keyof typeof COMPONENTS];
    expect([...Value.Errors(schema, example)]).toEqual([]);
    // An example must have no field that its schema does not have.
    expect(Value.Clean(schema, structuredClone(example))).toEqual(example);
  });

  it('tells of events and lines what one of them is', () => {
    const events = document.paths['/api/v1/events']?.['get']?.responses['200']?.content?.['text/event-stream']?.schema;
    expect(JSON.stringify(events)).toContain('{"event":{"const":"slot"},"data":{"$ref":"#/components/schemas/Slot"}}');
    const lines = document.paths['/api/v1/verify']?.['post']?.responses['200']?.content;
    expect(lines).toMatchObject({ 'application/x-ndjson': { schema: { $ref: '#/components/schemas/VerifyLine' } } });
  });

  it('tells who may ask: everybody only where the route needs nothing', () => {
    for (const { method, url, needs } of ROUTES) {
      const operation = document.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(operation?.security, url).toEqual(
        needs === 'nothing' ? [] : [{ session: [] }, { token: [] }, { kiosk: [] }, { controlSocket: [] }],
      );
    }
  });
});

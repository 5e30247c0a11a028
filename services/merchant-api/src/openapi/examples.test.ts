import { execFileSync } from 'node:child_process';
import { type Endpoint, merchantApi, problemDocument } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { z } from 'zod';
import { toCurl } from './to-curl.ts';
import { toOpenApiDocument } from './to-openapi-document.ts';
import type { Json } from './to-schema.ts';

const endpoints = Object.entries(merchantApi) as [string, Endpoint][];

function assertTakes(schema: z.ZodType, example: unknown, what: string): void {
  const { error } = schema.safeParse(example);
  expect(error?.issues ?? [], `${what}: ${JSON.stringify(example)}`).to.deep.equal([]);
}

/** A schema and all that is in it. */
function listParts(schema: z.ZodType): z.ZodType[] {
  const inner = (): z.ZodType[] => {
    if (schema instanceof z.ZodObject) return Object.values(schema.shape) as z.ZodType[];
    if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
    if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
    if (schema instanceof z.ZodUnion) return schema.options as z.ZodType[];
    const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
    return isWrapped ? [schema.unwrap() as z.ZodType] : [];
  };
  return [schema, ...inner().flatMap(listParts)];
}

/** The arguments that a shell gives curl. */
function toArguments(command: string): string[] {
  const environment = { MERCHANT_API: 'http://shop', API_KEY: 'hdk_1', SESSION_TOKEN: 'hds_1' };
  const script = `curl() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${command}`;
  const written = execFileSync('/bin/sh', ['-c', script], { env: environment, encoding: 'utf8' });
  return written.split('\0').slice(0, -1);
}

describe('the examples of the documentation', () => {
  const { paths } = toOpenApiDocument();
  const operationOf = ({ path, method }: Endpoint) => {
    const operation = paths[path]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`nothing at ${method} ${path}`);
    return operation;
  };
  const exampleOf = (part: Json | undefined, type: string) =>
    (part?.content as Record<string, { example: unknown }> | undefined)?.[type]?.example;

  it('are requests that the service takes', () => {
    for (const [name, endpoint] of endpoints) {
      const { parameters = [], requestBody } = operationOf(endpoint);
      for (const place of ['path', 'query'] as const) {
        const given = parameters.filter((one) => one.in === place && one.example !== undefined);
        const values = Object.fromEntries(given.map((one) => [String(one.name), one.example]));
        const schema = place === 'path' ? endpoint.params : endpoint.query;
        assertTakes(schema ?? z.strictObject({}), values, `${name} ${place}`);
      }
      if (endpoint.body !== undefined)
        assertTakes(endpoint.body, exampleOf(requestBody, 'application/json'), name);
    }
  });

  it('are answers that the service may give', () => {
    for (const [name, endpoint] of endpoints) {
      const { responses } = operationOf(endpoint);
      for (const [status, schema] of Object.entries(endpoint.answers))
        assertTakes(schema, exampleOf(responses[status], 'application/json'), `${name} ${status}`);
      const problems = Object.entries(responses).filter(([status]) => !(status in endpoint.answers));
      for (const [status, answer] of problems)
        assertTakes(problemDocument, exampleOf(answer, 'application/problem+json'), `${name} ${status}`);
    }
  });

  it('fit the fields that they are given for', () => {
    const schemas = endpoints.flatMap(([, { params, query, body, answers }]) =>
      [params, query, body, problemDocument, ...Object.values(answers)].filter((one) => one !== undefined),
    );
    const parts = new Set(schemas.flatMap(listParts));
    let count = 0;
    for (const part of parts) {
      for (const example of (part.meta()?.examples ?? []) as unknown[]) {
        assertTakes(part, example, String(part.meta()?.description));
        count += 1;
      }
    }
    expect(count).to.be.greaterThan(100);
  });

  it('are commands that a shell makes the same request of', () => {
    const commands = endpoints.map(([, endpoint]) => operationOf(endpoint)['x-codeSamples'][0]?.source ?? '');
    const given = toArguments(commands.join('\n')).join('\n');
    for (const [name, endpoint] of endpoints) {
      const { requestBody, parameters = [] } = operationOf(endpoint);
      const filled = parameters.reduce<string>(
        (path, one) => path.replace(`{${String(one.name)}}`, encodeURIComponent(String(one.example))),
        endpoint.path,
      );
      expect(given, name).to.contain(`-X\n${endpoint.method}\nhttp://shop${filled}`);
      const body = exampleOf(requestBody, 'application/json');
      if (body !== undefined) expect(given, name).to.contain(`-d\n${JSON.stringify(body, undefined, 2)}`);
    }
    expect(given).to.contain('Authorization: Bearer hdk_1').and.contain('Authorization: Bearer hds_1');
  });

  it('are commands whatever is in them', () => {
    const text = `it's "$HOME" \`id\` \\ 100%\n茶!`;
    const command = toCurl({
      method: 'POST',
      path: '/v1/{no}',
      auth: ['nobody'],
      parameters: [
        { name: 'no', in: 'path', example: '$(id)|*' },
        { name: 'note', in: 'query', example: text },
      ],
      body: { text },
    });
    const [, , address, ...rest] = toArguments(command);
    const url = new URL(address ?? '');
    expect(url.pathname).to.equal(`/v1/${encodeURIComponent('$(id)|*')}`);
    expect(url.searchParams.get('note')).to.equal(text);
    expect(JSON.parse(rest.at(-1) ?? '')).to.deep.equal({ text });
    expect(rest).to.not.include('Authorization: Bearer ');
  });
});

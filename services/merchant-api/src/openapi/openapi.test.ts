import {
  commonProblems,
  type Endpoint,
  merchantApi,
  merchantApiAreas,
  problemStatuses,
} from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { z } from 'zod';
import { toOpenApiDocument } from './to-openapi-document.ts';
import { type Components, type Json, resolve, toSchema } from './to-schema.ts';

const endpoints = Object.entries(merchantApi) as [string, Endpoint][];

/** Every field of every object in a part of the document, with its address. */
function listAllFields(part: unknown, address: string): [address: string, field: Json][] {
  if (typeof part !== 'object' || part === null) return [];
  const { properties } = part as { properties?: Readonly<Record<string, Json>> };
  const isCodeOfProblem = address.includes('.content.application/problem+json.');
  const own = isCodeOfProblem ? [] : Object.entries(properties ?? {});
  return [
    ...own.map(([name, field]): [string, Json] => [`${address}.${name}`, field]),
    ...Object.entries(part).flatMap(([name, inner]) =>
      name === 'examples' || name === 'example' ? [] : listAllFields(inner, `${address}.${name}`),
    ),
  ];
}

describe('the OpenAPI document', () => {
  const document = toOpenApiDocument();
  const { schemas } = document.components;
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

  it('is one of OpenAPI 3.1, by the schema of the specification', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(valid, JSON.stringify(errors ?? []).slice(0, 1_000)).to.equal(true);
  });

  it('has every operation, with its answers, its problems and who may call it', () => {
    for (const [name, endpoint] of endpoints) {
      const operation = document.paths[endpoint.path]?.[endpoint.method.toLowerCase()];
      expect(operation, name).to.include({ operationId: name, summary: endpoint.summary });
      const statuses = Object.keys(operation?.responses ?? {});
      expect(statuses, name).to.include.members(Object.keys(endpoint.answers));
      for (const code of endpoint.problems) {
        const status = String(problemStatuses[code as keyof typeof problemStatuses]);
        expect(JSON.stringify(operation?.responses[status]), `${name} ${code}`).to.contain(`"${code}"`);
      }
      expect(operation?.security, name).to.have.length(endpoint.auth.length);
    }
  });

  it('has each operation in one area', () => {
    const names = merchantApiAreas.flatMap((area) => Object.keys(area.endpoints));
    expect(names).to.have.members(Object.keys(merchantApi));
    expect(operations).to.have.length(endpoints.length);
  });

  it('refers to nothing that is not there', () => {
    const references = JSON.stringify(document).matchAll(/"#\/components\/(schemas|headers)\/([^"]+)"/g);
    for (const [, kind = '', id = ''] of references)
      expect(document.components).to.have.nested.property(`${kind}.${id}`);
    expect(JSON.stringify(document)).to.not.contain('$defs');
  });

  it('names only codes of the catalogue, each with a status', () => {
    const codes = [...commonProblems, ...endpoints.flatMap(([, { problems }]) => problems)];
    for (const code of codes) {
      expect(errorCatalogue, code).to.have.property(code);
      expect(problemStatuses, code).to.have.property(code);
    }
  });

  it('describes every operation, in short and at length', () => {
    for (const { operationId, summary, description, requestBody } of operations) {
      expect(summary, operationId).to.match(/^[A-Z].{5,69}[^.]$/);
      expect(description, operationId).to.match(/^[A-Z].{20,}\.$/s);
      if (requestBody !== undefined) expect(requestBody.description, operationId).to.match(/.\.$/);
    }
  });

  it('describes every parameter, every field and every schema', () => {
    for (const { operationId, parameters = [] } of operations)
      for (const { name, description } of parameters)
        expect(description, `${operationId} ${String(name)}`)
          .to.be.a('string')
          .and.match(/./);
    const fields = [...listAllFields(schemas, 'schemas'), ...listAllFields(document.paths, 'paths')];
    expect(fields.length).to.be.greaterThan(300);
    for (const [address, field] of fields)
      expect(resolve(field, schemas).description, address).to.be.a('string').and.match(/./);
    for (const [name, schema] of Object.entries(schemas))
      expect(schema.description, name).to.be.a('string').and.match(/./);
  });

  it('says of every value of a list of values what it means', () => {
    const fields = [...listAllFields(schemas, 'schemas'), ...Object.entries(schemas)];
    const parameters = operations.flatMap(({ parameters: own = [] }) => own);
    const listed = [
      ...fields,
      ...parameters.map(({ name, schema, description }): [string, Json] => [
        String(name),
        { ...(schema as Json), description },
      ]),
    ];
    for (const [address, field] of listed) {
      const { enum: values, description } = resolve(field, schemas);
      if (!Array.isArray(values) || typeof field.$ref === 'string') continue;
      for (const value of values) expect(description, address).to.contain(String(value));
    }
  });

  it('says of every answer what it means, and where the same request may be repeated', () => {
    for (const { operationId, responses } of operations) {
      for (const [status, { description, headers, content }] of Object.entries(responses)) {
        expect(content === undefined, `${operationId} ${status}`).to.equal(status === '204');
        expect(description, `${operationId} ${status}`).to.match(/.\.$/);
        expect(headers, `${operationId} ${status}`).to.have.property('x-request-id');
        if (status === '429' || status === '503')
          expect(headers, `${operationId} ${status}`).to.have.property('retry-after');
      }
    }
  });

  it('says that a login is repeated with a new code, after a 503 too', () => {
    const login = operations.find(({ operationId }) => operationId === 'createSession');
    expect(login?.responses).to.have.property('503');
    for (const text of [login?.summary, login?.description])
      expect(text)
        .to.match(/503/)
        .and.match(/new code/);
  });

  it('does not call two things by one name', () => {
    const known: Components = {};
    const one = z.strictObject({ a: z.string() }).meta({ id: 'Thing' });
    expect(toSchema(one, 'input', known)).to.deep.equal({ $ref: '#/components/schemas/Thing' });
    toSchema(one, 'output', known);
    const other = z.strictObject({ a: z.string().default('x') }).meta({ id: 'Thing' });
    expect(() => toSchema(other, 'input', known)).to.throw('two schemas are called Thing');
  });
});

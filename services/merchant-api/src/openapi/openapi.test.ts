import { commonProblems, type Endpoint, merchantApi, problemStatuses } from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toOpenApiDocument } from './to-openapi-document.ts';
import { toPage } from './to-page.ts';

const endpoints = Object.entries(merchantApi) as [string, Endpoint][];

describe('the OpenAPI document', () => {
  const document = toOpenApiDocument();

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

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
    for (const [, id] of references) expect(document.components.schemas).to.have.property(id ?? '');
    expect(JSON.stringify(document)).to.not.contain('$defs');
  });

  it('names only codes of the catalogue, each with a status', () => {
    const codes = [...commonProblems, ...endpoints.flatMap(([, { problems }]) => problems)];
    for (const code of codes) {
      expect(errorCatalogue, code).to.have.property(code);
      expect(problemStatuses, code).to.have.property(code);
    }
  });

  it('is also a page that shows every operation and loads nothing', () => {
    const page = toPage(document);
    for (const [name, { path }] of endpoints) {
      expect(page).to.contain(`id="${name}"`);
      expect(page).to.contain(path);
    }
    expect(page).to.not.match(/<script|https?:\/\/[^"]*\.(?:js|css)|src=/);
  });
});

import { type Endpoint, type EndpointAuth, merchantApiAreas, problemDocument } from '@huidiao/contracts';
import { answerHeaders, toAnswers, toLargestBody } from './to-answers.ts';
import { toCurl } from './to-curl.ts';
import { toExample } from './to-example.ts';
import { type Components, type Json, resolve, toSchema } from './to-schema.ts';

/** An OpenAPI document, as far as it is looked at here. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly tags: readonly Tag[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Components>;
    readonly headers: Json;
    readonly securitySchemes: Json;
  };
}

/** A heading under which endpoints stand in the document. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Json[];
  readonly parameters?: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
  /** The request as commands; Redoc and others show them. */
  readonly 'x-codeSamples': readonly { readonly lang: string; readonly source: string }[];
}

const description = `What a shop asks of Huidiao. Field names are WeChat's own.

- Amounts are whole fen (分). Times are RFC 3339: ours in UTC, those of WeChat as it wrote them.
- \`Authorization: Bearer …\` holds the merchant's API key, or the token of a user's session.
- Every request that changes something may be repeated with the same content under the same number, and does nothing the second time; other content under it is 409. createSession and readPhoneNumber take codes that WeChat takes once.
- Errors are problem documents (RFC 9457): branch on \`code\`, never on \`title\` or \`detail\`. 429 and 503 carry Retry-After: the same request may be repeated then, that of createSession with a new code of wx.login.
- Lists come by pages: \`next_cursor\` of one is \`cursor\` of the next.
- A request with a field that is not documented is refused, and so is one whose text is longer than its limit: nothing is cut.`;

const securitySchemes = {
  api_key: {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of npm run create-api-key, of one merchant; never in a mini-program.',
  },
  session: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of createSession, of one user of one app.',
  },
} as const;

const securityOf: Readonly<Record<EndpointAuth, Json>> = {
  api_key: { api_key: [] },
  session: { session: [] },
  nobody: {},
};

/** All that the catalogue says, as an OpenAPI document. https://spec.openapis.org/oas/v3.1.1.html */
export function toOpenApiDocument(): OpenApiDocument {
  const schemas: Components = {};
  const paths: Record<string, Record<string, Operation>> = {};
  toSchema(problemDocument, 'output', schemas);
  for (const area of merchantApiAreas) {
    for (const [name, endpoint] of Object.entries(area.endpoints)) {
      const operation = toOperation({ name, area: area.name, endpoint }, schemas);
      paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation };
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'merchant-api of Huidiao (回调)',
      version: '1',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document came from.' }],
    tags: merchantApiAreas.map((area) => ({ name: area.name, description: area.description })),
    paths,
    components: { schemas, headers: answerHeaders, securitySchemes },
  };
}

interface NamedEndpoint {
  readonly name: string;
  readonly area: string;
  readonly endpoint: Endpoint;
}

function toOperation({ name, area, endpoint }: NamedEndpoint, schemas: Components): Operation {
  const { method, path, auth } = endpoint;
  const parameters = [
    ...toParameters(endpoint.params, 'path', schemas),
    ...toParameters(endpoint.query, 'query', schemas),
  ];
  const body = endpoint.body === undefined ? undefined : toContent(endpoint.body, schemas);
  const source = toCurl({ method, path, auth, parameters, body: body?.example });
  return {
    operationId: name,
    tags: [area],
    summary: endpoint.summary,
    description: endpoint.description,
    security: auth.map((one) => securityOf[one]),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: toRequestBody(body, endpoint, schemas) }),
    responses: toAnswers(endpoint, schemas),
    'x-codeSamples': [{ lang: 'Shell', source }],
  };
}

interface Content {
  readonly schema: Json;
  readonly example: unknown;
}

function toContent(body: NonNullable<Endpoint['body']>, schemas: Components): Content {
  const schema = toSchema(body, 'input', schemas);
  return { schema, example: toExample(schema, schemas) };
}

function toRequestBody(content: Content, endpoint: Endpoint, schemas: Components): Json {
  const { description: meaning } = resolve(content.schema, schemas);
  const description = `${meaning} At most ${toLargestBody(endpoint)}.`;
  return { required: true, description, content: { 'application/json': content } };
}

function toParameters(shape: Endpoint['params'], place: 'path' | 'query', schemas: Components): Json[] {
  if (shape === undefined) return [];
  const { properties = {}, required = [] } = toSchema(shape, 'input', schemas) as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description: own, examples: _examples, ...schema }]) => {
    const { description: known, examples } = resolve(properties[name] ?? {}, schemas);
    const example = Array.isArray(examples) ? { example: examples[0] as unknown } : {};
    const isRequired = place === 'path' || required.includes(name);
    return { name, in: place, required: isRequired, description: own ?? known, schema, ...example };
  });
}

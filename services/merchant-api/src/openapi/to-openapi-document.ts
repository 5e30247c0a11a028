import {
  commonProblems,
  type Endpoint,
  type EndpointAuth,
  merchantApi,
  type ProblemCode,
  problemDocument,
  problemStatuses,
} from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import { toSchema } from './to-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI document, as far as it is looked at here. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly tags: readonly Json[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security: readonly Json[];
  readonly parameters?: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
}

const securityOf: Readonly<Record<EndpointAuth, Json>> = {
  api_key: { api_key: [] },
  session: { session: [] },
  nobody: {},
};

/** All that the catalogue says, as an OpenAPI document. https://spec.openapis.org/oas/v3.1.1.html */
export function toOpenApiDocument(): OpenApiDocument {
  const schemas: Record<string, Json> = {};
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [name, endpoint] of Object.entries(merchantApi) as [string, Endpoint][]) {
    const operation = toOperation(name, endpoint, schemas);
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation };
  }
  schemas.Problem = toSchema(problemDocument, 'output', schemas);
  const areas = [...new Set(Object.keys(paths).map(toArea))];
  return {
    openapi: '3.1.1',
    info: {
      title: 'merchant-api of Huidiao (回调)',
      version: '1',
      description:
        'Amounts are whole fen (分). Times are RFC 3339. Every request that changes something may be repeated with the same content. Errors are problem documents (RFC 9457): branch on code, never on title or detail.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: areas.map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
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
      },
    },
  };
}

/** `/v1/orders/{out_trade_no}/refunds` belongs to orders. */
function toArea(path: string): string {
  return path.split('/')[2] ?? '';
}

function toOperation(operationId: string, endpoint: Endpoint, schemas: Record<string, Json>): Operation {
  const parameters = [
    ...toParameters(endpoint.params, 'path', schemas),
    ...toParameters(endpoint.query, 'query', schemas),
  ];
  return {
    operationId,
    tags: [toArea(endpoint.path)],
    summary: endpoint.summary,
    security: endpoint.auth.map((auth) => securityOf[auth]),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(endpoint.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(endpoint.body, 'input', schemas) } },
          },
        }),
    responses: { ...toAnswers(endpoint, schemas), ...toProblems(endpoint) },
  };
}

function toParameters(
  shape: Endpoint['params'],
  place: 'path' | 'query',
  schemas: Record<string, Json>,
): Json[] {
  if (shape === undefined) return [];
  const { properties = {}, required = [] } = toSchema(shape, 'input', schemas) as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema,
  }));
}

function toAnswers(endpoint: Endpoint, schemas: Record<string, Json>): Record<string, Json> {
  const answers = Object.entries(endpoint.answers).map(([status, body]) => {
    const schema = toSchema(body, 'output', schemas);
    const isEmpty = 'not' in schema;
    const content = isEmpty ? {} : { content: { 'application/json': { schema } } };
    return [status, { description: isEmpty ? 'Done; without a body.' : 'Done.', ...content }];
  });
  return Object.fromEntries(answers);
}

/** One answer for each status, which names the codes that come with it. */
function toProblems(endpoint: Endpoint): Record<string, Json> {
  const codesByStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...toCommon(endpoint), ...endpoint.problems])) {
    const status = problemStatuses[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  const problems = [...codesByStatus].sort(([one], [other]) => one - other);
  return Object.fromEntries(problems.map(([status, codes]) => [String(status), toProblem(codes)]));
}

/** What this operation cannot answer is not said of it. */
function toCommon(endpoint: Endpoint): ProblemCode[] {
  const isOpen = endpoint.auth.includes('nobody');
  return commonProblems.filter((code) => {
    if (code === 'REQUEST_TOO_LARGE' || code === 'REQUEST_MEDIA_TYPE') return endpoint.body !== undefined;
    if (code === 'REQUEST_UNAUTHENTICATED') return !isOpen;
    return code !== 'ROUTE_NOT_FOUND';
  });
}

function toProblem(codes: readonly ProblemCode[]): Json {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
  };
  const meanings = codes.map((code) => `${code}: ${errorCatalogue[code].meaning}`);
  return { description: meanings.join(' '), content: { 'application/problem+json': { schema } } };
}

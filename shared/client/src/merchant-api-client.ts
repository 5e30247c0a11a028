import {
  type Endpoint,
  type EndpointAnswer,
  type EndpointArguments,
  type EndpointName,
  type MerchantApi,
  merchantApi,
  problemDocument,
} from '@huidiao/contracts';
import { MerchantApiProblem, MerchantApiUnreachable } from './merchant-api-problem.ts';

export interface MerchantApiClientOptions {
  /** Such as https://merchant-api.example.com */
  readonly baseUrl: string;
  /** A merchant's API key or a user's session token; without it only operations for everybody work. */
  readonly token?: string;
  /** Of one request, its answer included. Default 10 s. */
  readonly timeoutMs?: number;
}

type Empty = Record<never, never>;
type Call<E extends Endpoint> =
  Empty extends EndpointArguments<E>
    ? (args?: EndpointArguments<E>) => Promise<EndpointAnswer<E>>
    : (args: EndpointArguments<E>) => Promise<EndpointAnswer<E>>;

/**
 * Every operation of merchant-api under its name, typed by the schemas that the service reads requests by. Each gives the
 * status and body of a good answer, and throws MerchantApiProblem or MerchantApiUnreachable.
 */
export type MerchantApiClient = { readonly [N in EndpointName]: Call<MerchantApi[N]> };

interface RequestParts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Nothing is repeated by itself: a problem says whether and when the same request may be. */
export function createMerchantApiClient(options: MerchantApiClientOptions): MerchantApiClient {
  const entries = Object.entries(merchantApi).map(([name, endpoint]) => [
    name,
    (parts: RequestParts = {}) => send(options, endpoint, parts),
  ]);
  return Object.fromEntries(entries) as MerchantApiClient;
}

async function send(options: MerchantApiClientOptions, endpoint: Endpoint, parts: RequestParts) {
  const { token, timeoutMs = 10_000 } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (endpoint.body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = {
    method: endpoint.method,
    headers,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    ...(endpoint.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
  };
  const { response, text } = await exchange(toUrl(options.baseUrl, endpoint, parts), init);
  return read(endpoint, response, text);
}

async function exchange(url: URL, init: RequestInit): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, init);
    return { response, text: await response.text() };
  } catch (cause) {
    throw new MerchantApiUnreachable(`merchant-api did not answer ${init.method} ${url.pathname}`, { cause });
  }
}

function read(endpoint: Endpoint, response: Response, text: string) {
  const { status } = response;
  const json = parseJson(text);
  if (status in endpoint.answers && (json !== undefined || text === '')) return { status, body: json };
  const problem = problemDocument.safeParse(json);
  if (!problem.success) {
    const what = `${endpoint.method} ${endpoint.path} was answered ${status}, and not by merchant-api`;
    throw new MerchantApiUnreachable(what, { status });
  }
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new MerchantApiProblem(problem.data, Number.isFinite(retryAfter) ? retryAfter : undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toUrl(baseUrl: string, { path }: Endpoint, { params = {}, query = {} }: RequestParts): URL {
  const filled = path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const url = new URL(filled, baseUrl);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

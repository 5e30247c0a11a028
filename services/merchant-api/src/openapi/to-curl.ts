import type { EndpointAuth } from '@huidiao/contracts';
import type { Json } from './to-schema.ts';

/** A request of an operation, with examples in the place of what a caller writes. */
export interface ExampleRequest {
  readonly method: string;
  readonly path: string;
  readonly auth: readonly EndpointAuth[];
  readonly parameters: readonly Json[];
  readonly body?: unknown;
}

const tokens: Readonly<Record<EndpointAuth, string | undefined>> = {
  api_key: '$API_KEY',
  session: '$SESSION_TOKEN',
  nobody: undefined,
};

/**
 * The request as a command of a POSIX shell, in which MERCHANT_API is the service's address and API_KEY or
 * SESSION_TOKEN who calls.
 */
export function toCurl({ method, path, auth, parameters, body }: ExampleRequest): string {
  const token = auth[0] === undefined ? undefined : tokens[auth[0]];
  const parts = [
    `curl -X ${method} "$MERCHANT_API${toTarget(path, parameters)}"`,
    ...(token === undefined ? [] : [`-H "Authorization: Bearer ${token}"`]),
    ...(body === undefined ? [] : [`-H 'Content-Type: application/json'`]),
    ...(body === undefined ? [] : [`-d ${toQuoted(JSON.stringify(body, undefined, 2))}`]),
  ];
  return parts.join(' \\\n  ');
}

/**
 * Path and query; a parameter without an example is one that may be left out. Nothing that means something to a shell
 * within double quotes is left of it by its encoding.
 */
function toTarget(path: string, parameters: readonly Json[]): string {
  const given = parameters.filter(({ example }) => example !== undefined);
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: place, example } of given) {
    if (place === 'query') query.set(String(name), String(example));
    else filled = filled.replace(`{${String(name)}}`, encodeURIComponent(String(example)));
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}

/** One word of a shell, whatever is in it. */
function toQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface JsonCall {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** An answer that was not 2xx. */
export class Refused extends Error {
  readonly status: number;
  constructor(url: string, status: number, text: string) {
    super(`${url} answered ${status}: ${text.slice(0, 500)}`);
    this.status = status;
  }
}

/** Calls once. @throws Refused, or whatever fetch throws when nobody answers within 5 s */
export async function callJson<T>(url: string, call: JsonCall = {}): Promise<T> {
  const { body, headers } = call;
  const response = await fetch(url, {
    method: call.method ?? (body ? 'POST' : 'GET'),
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Refused(url, response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

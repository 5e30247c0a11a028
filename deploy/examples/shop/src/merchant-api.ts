/** Where the shop reaches Huidiao's merchant-api, and the key that names the merchant. Looked at for each request. */
export interface MerchantApi {
  readonly url: string;
  readonly apiKey: string;
}

/** An answer of merchant-api; `status` is 0 where there was none. */
export interface MerchantApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const timeoutMs = 8_000;

/** One request with the shop's API key: POST with a body, GET without. Never throws. */
export async function askMerchantApi(
  api: MerchantApi,
  path: string,
  body?: object,
): Promise<MerchantApiAnswer> {
  try {
    const response = await fetch(new URL(path, api.url), {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${api.apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: (await response.json()) as MerchantApiAnswer['body'] };
  } catch {
    return { status: 0, body: {} };
  }
}

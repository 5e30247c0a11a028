/** How a request ended. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly body: T }
  /** Refused; what to do is told by the code alone. */
  | { readonly kind: 'problem'; readonly status: number; readonly code: string }
  /** There was no answer: whether the server has acted is unknown. */
  | { readonly kind: 'unreachable' };

export interface ToRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly token?: string | undefined;
  readonly data?: WechatMiniprogram.IAnyObject;
}

const timeoutMs = 10_000;

/** wx.request, which calls `success` for every status: only the status tells success from failure. Never rejects. */
export function request<T>({ url, method = 'GET', token, data }: ToRequest): Promise<Answer<T>> {
  return new Promise((resolve) => {
    wx.request({
      url,
      method,
      timeout: timeoutMs,
      header: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(data === undefined ? {} : { data }),
      success: (result) => resolve(toAnswer(result.statusCode, result.data)),
      fail: () => resolve({ kind: 'unreachable' }),
    });
  });
}

function toAnswer<T>(status: number, body: unknown): Answer<T> {
  if (status >= 200 && status < 300) return { kind: 'ok', body: body as T };
  const code = (body as { code?: unknown } | null)?.code;
  return { kind: 'problem', status, code: typeof code === 'string' ? code : 'UNKNOWN' };
}

import { z } from 'zod';

/** Every error of merchant-api: RFC 9457, with our code. */
export const problemDocument = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  request_id: z.string(),
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});
export type ProblemDocument = z.infer<typeof problemDocument>;

/**
 * The status of each code that merchant-api answers with. 503 and 429: the same request may be repeated after
 * Retry-After. 502: WeChat does not take our credentials, which only an operator can mend.
 */
export const problemStatuses = {
  REQUEST_INVALID: 400,
  REQUEST_UNAUTHENTICATED: 401,
  ROUTE_NOT_FOUND: 404,
  REQUEST_TOO_LARGE: 413,
  REQUEST_MEDIA_TYPE: 415,
  REQUEST_RATE_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  WECHAT_CREDENTIALS_REFUSED: 502,
  STORE_UNAVAILABLE: 503,
  QUEUE_UNAVAILABLE: 503,
  WECHAT_UNREACHABLE: 503,
  WECHAT_BREAKER_OPEN: 503,
  WECHAT_BUSY: 503,
  WECHAT_SYSTEM_ERROR: 503,
  WECHAT_RESPONSE_NOT_AUTHENTIC: 503,
  WECHAT_QUOTA_EXHAUSTED: 503,

  ORDER_NOT_FOUND: 404,
  ORDER_CONFLICT: 409,
  ORDER_NOT_PAYABLE: 409,
  ORDER_NUMBER_USED: 409,
  WECHAT_REFUSED: 422,
  ORDER_PREPAY_UNDER_WAY: 503,
} as const satisfies Readonly<Record<string, number>>;

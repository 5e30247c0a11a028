import { z } from 'zod';

const fieldError = z
  .strictObject({
    field: z.string().meta({
      description: 'Which field, with dots between its parts; `body` for the whole.',
      examples: ['amount.total'],
    }),
    message: z.string().meta({ description: 'What is wrong with it.', examples: ['must be at least 1'] }),
  })
  .meta({ id: 'FieldError', description: 'A field that has to be mended.' });

/** https://www.rfc-editor.org/rfc/rfc9457 */
export const problemDocument = z
  .strictObject({
    type: z.string().meta({
      description: 'The code as a URI.',
      examples: ['urn:huidiao:error:order-not-found'],
    }),
    title: z.string().meta({
      description: 'What the code means, for people.',
      examples: ['This merchant has no order with this number.'],
    }),
    status: z
      .number()
      .int()
      .meta({ description: 'That of the answer.', examples: [404] }),
    code: z.string().meta({
      description: 'What to branch on; it is never renamed. The documentation says what to do about each.',
      examples: ['ORDER_NOT_FOUND'],
    }),
    detail: z.string().optional().describe('What is particular about this time, for people.'),
    request_id: z.string().meta({
      description: 'Names the request in the log; also in the header x-request-id.',
      examples: ['0b6c2c4e-5f0e-4a53-9f0c-8a6f5a0b7d11'],
    }),
    errors: z.array(fieldError).optional().describe('The fields that have to be mended, at most 20.'),
  })
  .meta({ id: 'Problem', description: 'Every error of merchant-api (RFC 9457), with our code.' });
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
  QUEUE_NOT_DURABLE: 503,
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
  ORDER_PAID: 409,
  ORDER_PREPAID_ELSEWHERE: 409,
  ORDER_IS_COMBINED: 409,
  ORDER_NOT_CLOSED: 503,
  ORDER_CHANGED_MEANWHILE: 503,
  QUERY_RATE_EXCEEDED: 429,
  COMBINED_ORDER_NOT_FOUND: 404,
  COMBINED_PART_NOT_CONFIGURED: 422,
  CASE_NOT_FOUND: 404,
  CASE_DECIDED: 409,
  CASE_DECISION_NOT_POSSIBLE: 409,
  MERCHANT_NOT_CONFIGURED: 503,
  WECHAT_TOKEN_REFUSED: 502,

  ORDER_NOT_REFUNDABLE: 409,
  REFUND_CONFLICT: 409,
  REFUND_EXCEEDS_PAYMENT: 409,
  REFUND_NOT_FOUND: 404,
  REFUND_NOT_ABNORMAL: 409,
  WECHAT_KEY_UNKNOWN: 503,

  ORDER_NOT_SHIPPABLE: 409,
  ORDER_SHIPPED_ALREADY: 409,
  SHIPMENT_CONFLICT: 409,
  SHIPMENT_REPLACED_ALREADY: 409,
  SHIPMENT_NOTHING_TO_REPLACE: 409,
  SHIPMENT_MODE_DIFFERS: 409,
  SHIPMENT_TOO_MANY_PARCELS: 409,
  SHIPMENT_PAYMENT_UNKNOWN: 503,
  RECEIPT_REMINDER_NOT_POSSIBLE: 409,
  RECEIPT_REMINDER_REFUSED: 422,

  MESSAGE_CONFLICT: 409,
  MESSAGE_NOT_CANCELLABLE: 409,
  MESSAGE_NOT_FOUND: 404,

  LOGIN_CODE_INVALID: 422,
  LOGIN_CODE_USED: 422,
  LOGIN_BLOCKED: 403,
  LOGIN_TOO_FREQUENT: 429,
  LOGIN_UNFINISHED: 504,
  SESSION_NOT_FOUND: 404,
  SESSION_KEY_EXPIRED: 409,
  PROFILE_SIGNATURE_WRONG: 422,
  PROFILE_NOT_DECRYPTABLE: 422,
  PROFILE_OF_ANOTHER_APP: 422,
  PROFILE_OF_ANOTHER_USER: 422,
  PROFILE_STALE: 422,
  PHONE_CODE_INVALID: 422,
  PHONE_CODE_OF_ANOTHER_APP: 422,
  PHONE_OUTCOME_UNKNOWN: 504,

  BILL_NOT_READY: 409,
  BILL_NOT_CHECKED: 404,
  BILL_DATE_NOT_POSSIBLE: 409,
} as const satisfies Readonly<Record<string, number>>;
export type ProblemCode = keyof typeof problemStatuses;

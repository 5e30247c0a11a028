import type { ErrorTable } from './error-table.ts';

/** Requests to merchant-api, whatever they are about. */
export const requestErrors = {
  REQUEST_INVALID: {
    kind: 'permanent',
    meaning: 'The request does not fit its schema.',
    whatToDo: 'Mend the fields that the answer names.',
  },
  REQUEST_UNAUTHENTICATED: {
    kind: 'permanent',
    meaning: 'The API key is missing, unknown or revoked.',
    whatToDo: 'Send Authorization: Bearer with a valid key.',
  },
  REQUEST_TOO_LARGE: {
    kind: 'permanent',
    meaning: 'The body of the request is over the limit.',
    whatToDo: 'Send less; the documentation of the operation names its limit.',
  },
  REQUEST_RATE_EXCEEDED: {
    kind: 'throttled',
    meaning: 'More requests than this key, user or address may make in a second.',
    whatToDo:
      'Repeat the request after Retry-After; raise limits.api_requests_per_second where the merchant needs more.',
  },
  REQUEST_MEDIA_TYPE: {
    kind: 'permanent',
    meaning: 'The body is not plain JSON in UTF-8.',
    whatToDo: 'Send Content-Type: application/json, without Content-Encoding.',
  },
  ROUTE_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'There is nothing at this path for this method.',
    whatToDo: 'Compare method and path with the documentation.',
  },
} as const satisfies ErrorTable;

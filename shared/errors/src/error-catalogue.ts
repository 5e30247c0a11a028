import type { ErrorKind } from './app-error.ts';

interface CatalogueEntry {
  /** The usual kind; a client's table may say otherwise for one answer. */
  readonly kind: ErrorKind;
  readonly meaning: string;
  /** What the person on call does about it. */
  readonly whatToDo: string;
}

/**
 * Every error code of the project. A code is never renamed nor used for something else.
 * The table in deploy/docs/errors.md is kept equal to this one by a test.
 */
export const errorCatalogue = {
  INTERNAL_ERROR: {
    kind: 'transient',
    meaning: 'An error that nobody classified.',
    whatToDo: 'Read the log line with its stack; it is a bug or a failure that wants its own code.',
  },
  CONFIG_INVALID: {
    kind: 'permanent',
    meaning: 'The configuration is incomplete or contradicts itself.',
    whatToDo: 'Mend every setting that the message lists, then start again.',
  },

  MERCHANT_NOT_CONFIGURED: {
    kind: 'throttled',
    meaning: 'This process has no such merchant or app in its MERCHANTS_FILE.',
    whatToDo: 'Give every service the same MERCHANTS_FILE; jobs wait up to 24 hours for it.',
  },

  QUEUE_UNAVAILABLE: {
    kind: 'throttled',
    meaning: 'Redis did not take a job in time.',
    whatToDo: 'Look at Redis: is it up, writable, and within its memory?',
  },
  QUEUE_NOT_DURABLE: {
    kind: 'throttled',
    meaning: 'Redis answers but would lose jobs: its persistence or eviction setting is wrong.',
    whatToDo: 'Set appendonly yes, appendfsync always and maxmemory-policy noeviction on every Redis node.',
  },
  QUEUE_BREAKER_OPEN: {
    kind: 'throttled',
    meaning: 'Redis failed so often that callbacks go straight to the inbox for a while.',
    whatToDo: 'Mend Redis; callbacks go back to it by themselves, and the inbox is worked off.',
  },
  QUEUE_WORKER_STUCK: {
    kind: 'transient',
    meaning: 'A worker fetched none of the jobs that wait, even after its connection to Redis was renewed.',
    whatToDo: 'Let it be started anew; if that comes again, look at the network between it and Redis.',
  },
  JOB_INVALID: {
    kind: 'permanent',
    meaning: 'A job does not fit the schema of its name, or is too large.',
    whatToDo: 'Compare the versions of the services; the dead letter holds the job as it came.',
  },
  JOB_UNKNOWN: {
    kind: 'permanent',
    meaning: 'No worker knows a job of this name.',
    whatToDo: 'Deploy the worker that knows it, then replay the dead letter.',
  },
  JOB_KILLED_WORKERS: {
    kind: 'permanent',
    meaning: 'A job was started again and again and never finished: it may be killing its worker.',
    whatToDo: 'Look for crashes or out-of-memory kills at the times of its attempts before replaying it.',
  },

  STORE_UNAVAILABLE: {
    kind: 'throttled',
    meaning: 'MongoDB did not answer in time, or has no primary.',
    whatToDo: 'Look at MongoDB; jobs wait and go on by themselves.',
  },
  STORE_NOT_MIGRATED: {
    kind: 'permanent',
    meaning: 'A unique index that the guarantees rest on is missing.',
    whatToDo: 'Run the migration step (npm run migrate) against this database, then start again.',
  },

  CALLBACK_NOT_UNDERSTOOD: {
    kind: 'permanent',
    meaning: 'A genuine callback whose content our schema refuses.',
    whatToDo: 'Report it: the dead letter holds the callback whole. Replay it once the schema knows it.',
  },
  CALLBACK_TYPE_UNKNOWN: {
    kind: 'permanent',
    meaning: 'A genuine callback of a type that nothing here handles.',
    whatToDo: 'Decide whether it matters; the dead letter holds the callback whole.',
  },

  ORDER_UNKNOWN: {
    kind: 'permanent',
    meaning: 'A payment for an order that nobody registered.',
    whatToDo: 'Find out who created the order; register it (POST /v1/orders, prepay: false) and replay.',
  },
  ORDER_IDS_DIFFER: {
    kind: 'permanent',
    meaning: 'The payment names another merchant or app than the order.',
    whatToDo: 'Do not deliver. Compare both in the dead letter; look for two systems sharing a number.',
  },
  ORDER_AMOUNT_DIFFERS: {
    kind: 'permanent',
    meaning: 'The amount or the currency paid is not that of the order.',
    whatToDo: 'Do not deliver. The dead letter names both figures; refund or adopt by hand.',
  },
  ORDER_PAID_TWICE: {
    kind: 'permanent',
    meaning: 'A second payment, with another transaction_id, for an order that is paid.',
    whatToDo: 'Refund the second payment; the dead letter names both transactions.',
  },
  ORDER_PAID_LATE: {
    kind: 'permanent',
    meaning: 'A payment for a closed order whose merchant refunds late payments.',
    whatToDo: 'Refund the payment named in the dead letter.',
  },
  ORDER_PAID_AT_WECHAT: {
    kind: 'permanent',
    meaning: 'WeChat Pay does not close an order, for it is paid.',
    whatToDo: 'Nothing; the order is queried and treated as paid.',
  },
  ORDER_REFUND_SEEN: {
    kind: 'permanent',
    meaning: 'The payment was refunded, in part or in full, before we learned of it; nothing is delivered.',
    whatToDo: 'Look at the refunds on the merchant platform. Replay the dead letter to deliver nevertheless.',
  },
  PAYMENT_NOT_SUCCESSFUL: {
    kind: 'permanent',
    meaning: 'A payment notification whose trade_state is not SUCCESS.',
    whatToDo: 'Query the order at WeChat Pay and treat it by what it says.',
  },
  REFUND_ORDER_UNKNOWN: {
    kind: 'permanent',
    meaning: 'A refund of an order that nobody registered.',
    whatToDo: 'Find out who created the order; register it (POST /v1/orders, prepay: false) and replay.',
  },
  REFUND_DIFFERS: {
    kind: 'permanent',
    meaning: 'A refund names another transaction, merchant or total than the order.',
    whatToDo:
      'Compare both in the dead letter. The order is left as it is: hold the goods back by hand if they are not shipped.',
  },
  REFUND_NOT_CONFIRMED: {
    kind: 'permanent',
    meaning: 'A refund was told of without a signature (API v2), and WeChat Pay does not confirm it.',
    whatToDo:
      'Nothing was recorded. Look the refund up on the merchant platform; change the API v2 key if it does not exist.',
  },
  ORDER_NOT_YET_KNOWN: {
    kind: 'throttled',
    meaning: 'A payment or a refund arrived before its order; it waits for the order to appear.',
    whatToDo: 'Nothing, unless it turns into ORDER_UNKNOWN or REFUND_ORDER_UNKNOWN.',
  },
  ORDER_CHANGED_MEANWHILE: {
    kind: 'transient',
    meaning: 'Another process changed the order between reading and writing it.',
    whatToDo: 'Nothing; the next attempt reads it again.',
  },

  SHOP_REFUSED: {
    kind: 'transient',
    meaning: "The shop's webhook answered something other than 2xx.",
    whatToDo: "Look at the shop's own logs for the webhook-id; delivery is tried for 24 hours.",
  },
  SHOP_UNREACHABLE: {
    kind: 'transient',
    meaning: "The shop's webhook could not be reached or did not answer in time.",
    whatToDo: 'Check the webhook_url, DNS and TLS from the order-worker.',
  },
  SHOP_BUSY: {
    kind: 'throttled',
    meaning: 'The shop asked to come back later (429 or 503).',
    whatToDo: 'Nothing, unless it lasts.',
  },
  SHOP_BREAKER_OPEN: {
    kind: 'throttled',
    meaning: "The shop's webhook failed so often that calls to it pause for a while.",
    whatToDo: 'Mend the shop; deliveries go on by themselves.',
  },
  SHOP_TARGET_FORBIDDEN: {
    kind: 'permanent',
    meaning: 'The webhook address leads to a private, loopback or link-local network.',
    whatToDo: 'Use a public address, or set shop.allow_private_network for this merchant.',
  },
  SHOP_NOT_CONFIGURED: {
    kind: 'permanent',
    meaning: 'The merchant has no shop webhook.',
    whatToDo: 'Add shop.webhook_url and shop.webhook_secrets to the merchant, then replay.',
  },
  PASS_THROUGH_REFUSED: {
    kind: 'transient',
    meaning: 'The address that a callback is passed through to answered something other than 2xx.',
    whatToDo: 'Look at the logs of that system; it is tried for 24 hours.',
  },
  PASS_THROUGH_UNREACHABLE: {
    kind: 'transient',
    meaning:
      'The address that a callback is passed through to could not be reached or did not answer in time.',
    whatToDo: 'Check the url of the pass_through entry, DNS and TLS from the order-worker.',
  },
  PASS_THROUGH_BREAKER_OPEN: {
    kind: 'throttled',
    meaning:
      'The address that callbacks are passed through to failed so often that calls to it pause for a while.',
    whatToDo: 'Mend that system; callbacks go on by themselves, or take the pass_through entry out.',
  },
  PASS_THROUGH_FORBIDDEN: {
    kind: 'permanent',
    meaning:
      'The address that a callback is passed through to leads to a private, loopback or link-local network.',
    whatToDo: 'Use a public address, or set allow_private_network for this pass_through entry.',
  },

  WECHAT_UNREACHABLE: {
    kind: 'transient',
    meaning: 'WeChat could not be reached, or the connection broke: whether it acted is unknown.',
    whatToDo: "Check the network to WeChat's hosts.",
  },
  WECHAT_BUSY: {
    kind: 'throttled',
    meaning: 'WeChat asked to come back later.',
    whatToDo: 'Nothing, unless it lasts: then compare with the documented rate limits.',
  },
  WECHAT_SYSTEM_ERROR: {
    kind: 'transient',
    meaning: 'WeChat answered with an error of its own: whether it acted is unknown.',
    whatToDo: 'Nothing, unless it lasts.',
  },
  WECHAT_BREAKER_OPEN: {
    kind: 'throttled',
    meaning: 'WeChat failed so often that calls to it pause for a while.',
    whatToDo: 'Nothing; calls go on by themselves.',
  },
  WECHAT_RESPONSE_NOT_AUTHENTIC: {
    kind: 'transient',
    meaning: "The signature of WeChat Pay's answer does not verify: whether it acted is unknown.",
    whatToDo: 'A single one is a signature probe. If it lasts, check the configured public key.',
  },
  WECHAT_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat refused the request for good.',
    whatToDo: "Read remoteCode in the details and WeChat's page for it.",
  },
  WECHAT_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'WeChat has nothing of the name that was asked for.',
    whatToDo: 'Compare the name with what the console shows; for a list it may simply be empty.',
  },
  WECHAT_CERTIFICATES_NOT_OPENED: {
    kind: 'permanent',
    meaning: 'The APIv3 key (APIv3密钥) opens none of the platform certificates that WeChat Pay sent.',
    whatToDo:
      'Compare api_v3_key with the merchant platform (账户中心, API安全); set a new one there if it is lost.',
  },
  WECHAT_CREDENTIALS_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat does not accept our credentials (key, serial, secret, IP or clock).',
    whatToDo: 'Check the keys, the serial, the IP allow list and the clock of this machine.',
  },
  WECHAT_QUOTA_EXHAUSTED: {
    kind: 'throttled',
    meaning: 'The quota of this WeChat API is used up.',
    whatToDo: 'Wait for the reset (minute or Beijing midnight), or clear the quota by hand.',
  },
  WECHAT_TOKEN_REFUSED: {
    kind: 'transient',
    meaning: 'WeChat refused an access_token that had just been replaced.',
    whatToDo: 'Look for another system that fetches tokens for this appid; check the app_secret.',
  },

  MESSAGE_NOT_SUBSCRIBED: {
    kind: 'permanent',
    meaning: 'The buyer did not agree to this message, or the agreement is used up (43101).',
    whatToDo:
      'Nothing: it waits for a consent until its latest useful time; then tell the buyer another way if it matters.',
  },
  MESSAGE_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat refuses this message for good (template, data or recipient).',
    whatToDo: 'Read remoteCode in the details; mend the template or its data.',
  },
  MESSAGE_TEMPLATE_UNKNOWN: {
    kind: 'permanent',
    meaning: 'The app has no template of the name that the message asks for.',
    whatToDo: 'Add it under templates of the app, then replay.',
  },
  MESSAGE_RECIPIENT_BUSY: {
    kind: 'throttled',
    meaning: 'Another message to the same buyer is being sent (43108 if both went out).',
    whatToDo: 'Nothing; it goes out a moment later.',
  },

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
    whatToDo: 'Send less; an order needs a few hundred bytes.',
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
  ORDER_CONFLICT: {
    kind: 'permanent',
    meaning: 'An order with this number exists with other content.',
    whatToDo: 'Use a new out_trade_no, or repeat the request exactly.',
  },
  ORDER_NOT_PAYABLE: {
    kind: 'permanent',
    meaning: 'The order is paid, closed or expired, so no payment can be started.',
    whatToDo: 'Read the order; use a new out_trade_no for a new purchase.',
  },
  ORDER_NUMBER_USED: {
    kind: 'permanent',
    meaning: 'WeChat Pay knows this out_trade_no with other content than we asked for.',
    whatToDo:
      'Find the other system that uses this merchant number; make a new out_trade_no for a new purchase.',
  },
  ORDER_PREPAY_UNDER_WAY: {
    kind: 'throttled',
    meaning: 'Another request for the same order is talking to WeChat Pay.',
    whatToDo: 'Repeat the same request after Retry-After.',
  },
  ORDER_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no order with this number.',
    whatToDo: 'Check the number and the API key.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

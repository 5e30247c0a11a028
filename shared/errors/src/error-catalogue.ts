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
  REFUND_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat Pay refused a refund for good; nothing was given back under its number.',
    whatToDo:
      "Read remoteCode in the details and WeChat's page for it; ask for the refund again under another number.",
  },
  REFUND_NUMBER_USED: {
    kind: 'permanent',
    meaning: 'WeChat Pay has another refund under the number that was chosen for this one.',
    whatToDo:
      'Find the other system that uses this merchant number; ask for the refund again under another number.',
  },
  REFUND_INSUFFICIENT_FUNDS: {
    kind: 'permanent',
    meaning: 'WeChat Pay refused a refund for want of money for two days.',
    whatToDo: 'Top the account up on the merchant platform, then replay: it goes on under the same number.',
  },
  REFUND_NOT_FINAL: {
    kind: 'permanent',
    meaning: 'WeChat Pay has accepted a refund and finished it in none of the days since.',
    whatToDo: 'Look it up on the merchant platform; replay to ask about it again.',
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
  MESSAGE_CONTENT_UNREADABLE: {
    kind: 'permanent',
    meaning: 'What a message says was sealed under an app secret that nobody has any more.',
    whatToDo: 'Put the secret of before into app_secret_previous, then replay; or create the message anew.',
  },
  MESSAGE_RECIPIENT_BUSY: {
    kind: 'throttled',
    meaning: 'Another message to the same buyer is being sent (43108 if both went out).',
    whatToDo: 'Nothing; it goes out a moment later.',
  },

  SHIPMENT_PAYMENT_UNKNOWN: {
    kind: 'transient',
    meaning: "WeChat's order management does not know the payment of this shipment (10060001), or not yet.",
    whatToDo:
      'Nothing for the first hours: payments enter it some seconds to minutes late. A dead letter of it is one of these: the payment was a test in the developer tools, was made before the merchant was authorised or in a foreign wallet, is no order of this mini-program or of this (sub) mchid, or the number is that of a third party. Enter the shipment in the console where money is frozen.',
  },
  SHIPMENT_NOT_TAKEN: {
    kind: 'permanent',
    meaning:
      'WeChat takes no shipment of this payment any more: it is shipped, its one re-shipment is used, or it is settled.',
    whatToDo:
      'Compare remoteCode with the order in the console (订单管理); where that one is wrong, send a shipment with replaces.',
  },
  SHIPMENT_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat refuses what a shipment says.',
    whatToDo: "Read remoteCode in the details and WeChat's page for it; send another shipment in its place.",
  },
  SHIPMENT_PAYER_UNKNOWN: {
    kind: 'permanent',
    meaning:
      'WeChat wants the openid of the payer with a shipment, and neither the order nor WeChat tells it.',
    whatToDo: 'Enter the shipment in the console (发货信息录入).',
  },
  SHIPMENT_WAITS: {
    kind: 'throttled',
    meaning: 'A shipment waits for an earlier one of the same order, which WeChat must know first.',
    whatToDo: 'Nothing, unless the earlier one became a dead letter: mend that one.',
  },
  SHIPMENT_UPLOAD_UNDER_WAY: {
    kind: 'throttled',
    meaning: 'WeChat is being told of this shipment by another process at this moment.',
    whatToDo: 'Nothing; it is looked at again when that must have ended.',
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
  REFUND_EXCEEDS_PAYMENT: {
    kind: 'permanent',
    meaning: 'The refund is more than is left of the payment.',
    whatToDo:
      'Read the order: what is asked for, under way and given back together never comes to more than was paid.',
  },
  REFUND_CONFLICT: {
    kind: 'permanent',
    meaning: 'A refund with this number exists with other content.',
    whatToDo: 'Use a new out_refund_no, or repeat the request exactly.',
  },
  ORDER_NOT_REFUNDABLE: {
    kind: 'permanent',
    meaning: 'There is no payment of this order that can be refunded.',
    whatToDo: 'Read the order: it must be paid, at most 365 days ago, and refunded fewer than 50 times.',
  },
  REFUND_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This order has no refund with this number.',
    whatToDo: 'Compare the number with the refunds of the order.',
  },
  REFUND_NOT_ABNORMAL: {
    kind: 'permanent',
    meaning: 'Only a refund that is ABNORMAL can be sent to another account.',
    whatToDo: 'Read the refund; one that was closed or refused is asked for again under another number.',
  },
  WECHAT_KEY_UNKNOWN: {
    kind: 'transient',
    meaning: 'No key of WeChat Pay is known that a card could be encrypted with.',
    whatToDo:
      'Configure wechatpay_public_keys or platform_certificates; with auto, wait for the first download.',
  },
  ORDER_NOT_SHIPPABLE: {
    kind: 'permanent',
    meaning: 'Nothing of this order can be shipped: it is not paid, held, or refunded in full.',
    whatToDo: 'Read the order; hold the goods back.',
  },
  ORDER_SHIPPED_ALREADY: {
    kind: 'permanent',
    meaning: 'Everything of this order was shipped before.',
    whatToDo: 'Repeat with replaces: true if what was said is wrong; WeChat allows that once.',
  },
  SHIPMENT_CONFLICT: {
    kind: 'permanent',
    meaning: 'The order has a shipment of this shipment_id with other content.',
    whatToDo: 'Use a new shipment_id, or repeat the request exactly.',
  },
  SHIPMENT_REPLACED_ALREADY: {
    kind: 'permanent',
    meaning: 'The shipments of this order were replaced before, which WeChat allows once.',
    whatToDo: 'Tell the buyer in another way.',
  },
  SHIPMENT_NOTHING_TO_REPLACE: {
    kind: 'permanent',
    meaning: 'A shipment with replaces needs one that it takes the place of.',
    whatToDo: 'Send it without replaces.',
  },
  SHIPMENT_MODE_DIFFERS: {
    kind: 'permanent',
    meaning:
      'The shipment has another delivery_mode or logistics_type than those before it, which WeChat counts as its one re-shipment.',
    whatToDo: 'Use the same, or say replaces: true.',
  },
  SHIPMENT_TOO_MANY_PARCELS: {
    kind: 'permanent',
    meaning: 'With this shipment the order would have more than 15 parcels.',
    whatToDo: 'Put what is left into the parcels that WeChat takes.',
  },
  RECEIPT_REMINDER_NOT_POSSIBLE: {
    kind: 'permanent',
    meaning:
      'Only a buyer whose order was wholly shipped by express, as WeChat knows, can be reminded of the receipt.',
    whatToDo: 'Read the shipments of the order; wait until they are uploaded.',
  },
  RECEIPT_REMINDER_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat does not remind the buyer of the receipt.',
    whatToDo: 'Read remoteCode: received_at must lie after the shipment; the order may be received already.',
  },
  MESSAGE_CONFLICT: {
    kind: 'permanent',
    meaning: 'An idempotency_key names a message of other content already.',
    whatToDo: 'Use a new idempotency_key, or repeat the message exactly.',
  },
  MESSAGE_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no message of this id.',
    whatToDo: 'Check the message_id and the API key.',
  },
  MESSAGE_NOT_CANCELLABLE: {
    kind: 'permanent',
    meaning: 'The message was sent, or is being sent, or has ended otherwise.',
    whatToDo: 'Read the message; nothing can be taken back.',
  },

  LOGIN_CODE_INVALID: {
    kind: 'permanent',
    meaning: 'WeChat does not know this code of wx.login: it is older than five minutes, or of another app.',
    whatToDo: 'Call wx.login again and send its new code.',
  },
  LOGIN_CODE_USED: {
    kind: 'permanent',
    meaning: 'This code of wx.login was used before; it is good once.',
    whatToDo: 'Call wx.login again and send its new code.',
  },
  LOGIN_BLOCKED: {
    kind: 'permanent',
    meaning: 'WeChat blocks the logins of this user, for it takes them for a risk.',
    whatToDo: 'Do not try again by itself; tell the user that WeChat does not let them in.',
  },
  LOGIN_TOO_FREQUENT: {
    kind: 'throttled',
    meaning: 'This user logged in too often within a minute.',
    whatToDo: 'Call wx.login again after Retry-After, and once per start of the mini-program.',
  },
  LOGIN_UNFINISHED: {
    kind: 'transient',
    meaning:
      'WeChat did not answer a login in time, or not so that it can be understood: the code may be used.',
    whatToDo: 'Call wx.login again and send its new code; the old one may be refused.',
  },
  SESSION_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'No session of this merchant has this token, or it has ended.',
    whatToDo: 'Let the mini-program log in again.',
  },
  SESSION_KEY_EXPIRED: {
    kind: 'permanent',
    meaning: "Of the user's login nothing is kept any more that their data could be checked with.",
    whatToDo: 'Call wx.login, send its code to POST /v1/sessions, then fetch the data again.',
  },
  PROFILE_SIGNATURE_WRONG: {
    kind: 'permanent',
    meaning: "The user's data were not signed with the session_key of their login.",
    whatToDo:
      'Call wx.login, send its code to POST /v1/sessions, and only then fetch the data; send rawData as it came, character by character.',
  },
  PROFILE_NOT_DECRYPTABLE: {
    kind: 'permanent',
    meaning:
      "The encryptedData does not open with the session_key that signed rawData, or holds none of the user's data.",
    whatToDo:
      'Send encryptedData and iv of the same result as rawData, unchanged: a + that became a space is enough.',
  },
  PROFILE_OF_ANOTHER_APP: {
    kind: 'permanent',
    meaning: "The user's data were made for another app than the one of the session.",
    whatToDo: 'Log in and fetch the data within the same mini-program.',
  },
  PROFILE_OF_ANOTHER_USER: {
    kind: 'permanent',
    meaning: 'The data are of another user than the session.',
    whatToDo: 'Call wx.login, send its code to POST /v1/sessions, then fetch the data again.',
  },
  PROFILE_STALE: {
    kind: 'permanent',
    meaning: "The user's data are more than five minutes old, or as much ahead of our clock.",
    whatToDo:
      'Fetch the data again and send them at once; if that does not help, check the clock of this machine.',
  },
  PHONE_CODE_INVALID: {
    kind: 'permanent',
    meaning:
      'WeChat does not take this code of the phone button: it was used, is older than five minutes, or is of another user.',
    whatToDo: 'Ask the user to tap the phone button again; a code of wx.login is none of the phone button.',
  },
  PHONE_CODE_OF_ANOTHER_APP: {
    kind: 'permanent',
    meaning: 'The code of the phone button is of another app than the session.',
    whatToDo: 'Log in and tap the phone button within the same mini-program.',
  },
  PHONE_OUTCOME_UNKNOWN: {
    kind: 'transient',
    meaning: 'WeChat did not answer in time which phone number it is: the code may be used.',
    whatToDo:
      'Send the same code once more; on PHONE_CODE_INVALID ask the user to tap the phone button again.',
  },
  ORDER_PAID: {
    kind: 'permanent',
    meaning: 'The order is paid, so it cannot be closed.',
    whatToDo: 'Deliver it, or refund it.',
  },
  ORDER_PREPAID_ELSEWHERE: {
    kind: 'permanent',
    meaning:
      "The merchant's own system prepays this order (prepay: false), so that only it can sign or close it.",
    whatToDo: 'Do it in that system, or register orders without prepay: false.',
  },
  ORDER_IS_COMBINED: {
    kind: 'permanent',
    meaning: 'The order is part of a combined one (合单), which is only signed and closed as a whole.',
    whatToDo: 'Use the combined order that the order names.',
  },
  ORDER_NOT_CLOSED: {
    kind: 'throttled',
    meaning: 'WeChat Pay did not close the order; perhaps the buyer is just paying it.',
    whatToDo: 'Repeat the same request after Retry-After.',
  },
  QUERY_RATE_EXCEEDED: {
    kind: 'throttled',
    meaning:
      "The merchant's rate of queries at WeChat Pay (limits.queries_per_second) is used up at this moment.",
    whatToDo: 'Repeat the same request after Retry-After.',
  },
  COMBINED_ORDER_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no combined order with this number.',
    whatToDo: 'Check the number and the API key.',
  },
  CASE_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no case of this name.',
    whatToDo: 'Take its case_id from GET /v1/cases.',
  },
  CASE_DECIDED: {
    kind: 'permanent',
    meaning: 'Somebody else has decided this case, or it is settled.',
    whatToDo: 'Read the case: it says who decided what.',
  },
  CASE_DECISION_NOT_POSSIBLE: {
    kind: 'permanent',
    meaning: 'This case cannot be decided in this way.',
    whatToDo: 'Read the case: may_decide lists what can be done about it now.',
  },
  BILL_NOT_READY: {
    kind: 'throttled',
    meaning:
      'WeChat Pay has not made the bill of that day yet; it is there from about 10:00 in Beijing on the day after.',
    whatToDo: 'Nothing; it is asked for again by itself. A request may be repeated after Retry-After.',
  },
  BILL_HASH_DIFFERS: {
    kind: 'transient',
    meaning: 'A downloaded bill is not the one whose hash WeChat Pay signed; nothing in it was believed.',
    whatToDo:
      'Nothing, unless it lasts: then look for what changes answers between WeChat Pay and this installation.',
  },
  BILL_NOT_UNDERSTOOD: {
    kind: 'permanent',
    meaning: 'A bill is not laid out as WeChat Pay documents it; nothing in it was believed.',
    whatToDo:
      'Report the line and the reason in the log; check the bill of that day again once it can be read.',
  },
  BILL_AMOUNT_DIFFERS: {
    kind: 'permanent',
    meaning: "The day's bill and our order or refund agree on the numbers, and not on the amount.",
    whatToDo:
      'Compare both figures in the dead letter with the merchant platform; replaying it says that our figure is right.',
  },
  BILL_NOT_CHECKED: {
    kind: 'permanent',
    meaning: 'The bill of this day was not checked, and nobody asked for it.',
    whatToDo: 'Ask for it: POST /v1/bills/{bill_date}/check.',
  },
  BILL_DATE_NOT_POSSIBLE: {
    kind: 'permanent',
    meaning: 'There is no bill of this day: it is not over, or more than 90 days ago.',
    whatToDo: 'Choose a day from yesterday to 90 days back, in Beijing.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

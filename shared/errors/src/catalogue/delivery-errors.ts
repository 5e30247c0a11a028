import type { ErrorTable } from './error-table.ts';

/** Telling the merchant's own systems: the shop's webhook, and addresses that callbacks are passed through to. */
export const deliveryErrors = {
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
    meaning:
      "The shop's webhook failed so often, or said that it is gone (410), that calls to it pause for a while.",
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
      'The address that callbacks are passed through to failed so often, or said that it is gone (410), that calls to it pause for a while.',
    whatToDo: 'Mend that system; callbacks go on by themselves, or take the pass_through entry out.',
  },
  PASS_THROUGH_FORBIDDEN: {
    kind: 'permanent',
    meaning:
      'The address that a callback is passed through to leads to a private, loopback or link-local network.',
    whatToDo: 'Use a public address, or set allow_private_network for this pass_through entry.',
  },
} as const satisfies ErrorTable;

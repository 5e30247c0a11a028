import type { IncomingHttpHeaders } from 'node:http';
import { type Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { GoodsLedger } from './goods-ledger.ts';

/** What the shop answers; a 2xx says "mine from here on", everything else brings the webhook back later. */
export interface WebhookAnswer {
  readonly status: 200 | 400 | 401;
  readonly outcome: 'delivered' | 'kept' | 'repeated' | 'ignored' | 'not-understood' | 'not-authentic';
}

/**
 * Takes one webhook: verify the signature over the bytes as they came, then do what it asks for, once per
 * webhook-id. This is the function to copy. https://www.standardwebhooks.com
 */
export function takeWebhook(
  verifier: Webhook,
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
  goods: GoodsLedger,
): WebhookAnswer {
  const webhookId = toText(headers['webhook-id']);
  try {
    // Covers id, time stamp (five minutes) and body. A body that was parsed and written again does not verify.
    verifier.verify(
      rawBody,
      {
        'webhook-id': webhookId,
        'webhook-timestamp': toText(headers['webhook-timestamp']),
        'webhook-signature': toText(headers['webhook-signature']),
      },
      { jsonParse: false },
    );
  } catch (error) {
    if (error instanceof WebhookVerificationError) return { status: 401, outcome: 'not-authentic' };
    throw error;
  }
  return act(webhookId, parseJson(rawBody), goods);
}

function act(webhookId: string, event: unknown, goods: GoodsLedger): WebhookAnswer {
  if (!isObject(event) || typeof event.type !== 'string') return { status: 400, outcome: 'not-understood' };
  switch (event.type) {
    case 'order.paid': {
      const order = toPaidOrder(event.data);
      if (order === undefined) return { status: 400, outcome: 'not-understood' };
      return { status: 200, outcome: goods.deliver({ ...order, webhook_id: webhookId }) };
    }
    case 'payment.unmatched':
      return { status: 200, outcome: goods.keepUnmatched(webhookId, event.data) };
    default:
      // Types that are added later are not errors: a refusal would bring them back for a day.
      return { status: 200, outcome: 'ignored' };
  }
}

interface PaidOrder {
  readonly mchid: string;
  readonly appid: string;
  /** Which of a service provider's merchants, and which combined order, where it is of one. */
  readonly sub_mchid?: string;
  readonly out_trade_no: string;
  readonly combine_out_trade_no?: string;
  readonly transaction_id: string;
  readonly total: number;
}

function toPaidOrder(data: unknown): PaidOrder | undefined {
  if (!isObject(data) || !isObject(data.amount)) return undefined;
  const { mchid, appid, sub_mchid, out_trade_no, combine_out_trade_no, transaction_id } = data;
  const { total } = data.amount;
  if (typeof mchid !== 'string' || typeof appid !== 'string' || typeof total !== 'number') return undefined;
  if (typeof out_trade_no !== 'string' || typeof transaction_id !== 'string') return undefined;
  return {
    mchid,
    appid,
    ...(typeof sub_mchid === 'string' && { sub_mchid }),
    out_trade_no,
    ...(typeof combine_out_trade_no === 'string' && { combine_out_trade_no }),
    transaction_id,
    total,
  };
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

function toText(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

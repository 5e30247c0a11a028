/** Goods that left the shop for one paid order. */
export interface DeliveredOrder {
  readonly mchid: string;
  readonly appid: string;
  readonly sub_mchid?: string;
  readonly out_trade_no: string;
  readonly combine_out_trade_no?: string;
  readonly transaction_id: string;
  /** In fen (分). */
  readonly total: number;
  readonly webhook_id: string;
  /** ISO 8601. */
  readonly delivered_at: string;
}

/**
 * What was delivered, and for which webhook. In your shop this is a table with a unique key on `webhook_id`,
 * written in the same transaction as the delivery: then a webhook that comes twice, even at the same moment,
 * delivers once.
 */
export interface GoodsLedger {
  /** Delivers, unless this webhook-id already did: then nothing happens, and it says `repeated`. */
  deliver(order: Omit<DeliveredOrder, 'delivered_at'>): 'delivered' | 'repeated';
  /** A payment that nobody registered as an order: for a person to look at. Once per webhook-id. */
  keepUnmatched(webhookId: string, data: unknown): 'kept' | 'repeated';
  readonly orders: readonly DeliveredOrder[];
  readonly unmatched: readonly unknown[];
  /** How many different webhooks had an effect. */
  readonly webhookIds: number;
}

/** Empty, and in this process's memory: a restart forgets what was delivered. */
export function createGoodsLedger(): GoodsLedger {
  const done = new Set<string>();
  const orders: DeliveredOrder[] = [];
  const unmatched: unknown[] = [];
  return {
    deliver: (order) => {
      if (done.has(order.webhook_id)) return 'repeated';
      done.add(order.webhook_id);
      orders.push({ ...order, delivered_at: new Date().toISOString() });
      return 'delivered';
    },
    keepUnmatched: (webhookId, data) => {
      if (done.has(webhookId)) return 'repeated';
      done.add(webhookId);
      unmatched.push(data);
      return 'kept';
    },
    orders,
    unmatched,
    get webhookIds() {
      return done.size;
    },
  };
}

export interface WantedIndex {
  readonly collection: string;
  readonly name: string;
  /** Field → direction, in this order. */
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: true;
  readonly partialFilterExpression?: Readonly<Record<string, unknown>>;
  readonly expireAfterSeconds?: number;
}

/**
 * Every index besides `_id`, which is unique by itself and carries most guarantees: order, callback, message,
 * dead letter and key have their natural key there.
 *
 * A partial index must not be made with `$ne` or `$not`, which MongoDB refuses; and the one over `effects.dueAt`
 * holds only orders that wait for something, however many there have been.
 * https://www.mongodb.com/docs/manual/core/index-partial/
 */
export const wantedIndexes: readonly WantedIndex[] = [
  {
    collection: 'orders',
    name: 'transaction-pays-one-order',
    key: { mchId: 1, transactionId: 1 },
    unique: true,
    // $exists, not $type: only then does MongoDB's planner see that an equality lies within the index.
    partialFilterExpression: { transactionId: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'due-effects',
    key: { 'effects.dueAt': 1 },
    partialFilterExpression: { 'effects.dueAt': { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'due-queries',
    key: { mchId: 1, nextQueryAt: 1 },
    partialFilterExpression: { nextQueryAt: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'unswept-effects',
    key: { effectsSweptFor: 1 },
    partialFilterExpression: { 'effects.dueAt': { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'unswept-open',
    key: { querySweptFor: 1 },
    partialFilterExpression: { status: 'created' },
  },
  {
    collection: 'orders',
    name: 'frozen',
    key: { appId: 1, frozenSince: 1 },
    partialFilterExpression: { frozenSince: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'of-merchant-by-payment',
    key: { mchId: 1, paidAt: -1, _id: -1 },
    partialFilterExpression: { paidAt: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'of-merchant-with-refunds',
    key: { mchId: 1, updatedAt: -1, _id: -1 },
    partialFilterExpression: { 'refunds.refundId': { $exists: true } },
  },
  { collection: 'orders', name: 'of-merchant', key: { mchId: 1, createdAt: -1, _id: -1 } },
  {
    collection: 'orders',
    name: 'of-merchant-in-status',
    key: { mchId: 1, status: 1, createdAt: -1, _id: -1 },
  },
  {
    collection: 'orders',
    name: 'of-merchant-held',
    key: { mchId: 1, held: 1, createdAt: -1, _id: -1 },
    partialFilterExpression: { held: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'of-paid-merchant',
    key: { subMchId: 1, outTradeNo: 1 },
    partialFilterExpression: { subMchId: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'of-buyer',
    key: { appId: 1, openId: 1 },
    partialFilterExpression: { openId: { $exists: true } },
  },
  {
    collection: 'orders',
    name: 'of-payer',
    key: { appId: 1, 'payment.openId': 1 },
    partialFilterExpression: { 'payment.openId': { $exists: true } },
  },
  {
    collection: 'messages',
    name: 'of-recipient',
    key: { appId: 1, openId: 1, templateId: 1, createdAt: 1 },
    partialFilterExpression: { openId: { $exists: true } },
  },
  {
    collection: 'messages',
    name: 'by-msg-id',
    key: { appId: 1, 'facts.msgId': 1 },
    partialFilterExpression: { 'facts.msgId': { $exists: true } },
  },
  {
    collection: 'messages',
    name: 'due',
    key: { dueAt: 1 },
    partialFilterExpression: { dueAt: { $exists: true } },
  },
  { collection: 'messages', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  {
    collection: 'consents',
    name: 'of-recipient',
    key: { appId: 1, openId: 1, templateId: 1, occurredAt: 1 },
    partialFilterExpression: { openId: { $exists: true } },
  },
  {
    collection: 'consents',
    name: 'message-uses-one-grant',
    key: { usedBy: 1 },
    unique: true,
    partialFilterExpression: { usedBy: { $exists: true } },
  },
  { collection: 'consents', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  {
    collection: 'sessions',
    name: 'of-person',
    key: { appId: 1, openId: 1 },
    partialFilterExpression: { openId: { $exists: true } },
  },
  { collection: 'sessions', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: 'users', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  {
    collection: 'inbox',
    name: 'due',
    key: { dueAt: 1 },
    partialFilterExpression: { dueAt: { $exists: true } },
  },
  { collection: 'inbox', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  {
    collection: 'waitingJobs',
    name: 'due',
    key: { dueAt: 1 },
    partialFilterExpression: { dueAt: { $exists: true } },
  },
  // Whole: those without one go within a minute, and of several orders asked for at once no planner sees that they lie within.
  { collection: 'waitingJobs', name: 'of-order', key: { orderId: 1 } },
  { collection: 'waitingJobs', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  {
    collection: 'billDays',
    name: 'due',
    key: { mchId: 1, dueAt: 1 },
    partialFilterExpression: { dueAt: { $exists: true } },
  },
  { collection: 'callbacks', name: 'of-order', key: { mchId: 1, outTradeNo: 1, firstAt: 1 } },
  { collection: 'callbacks', name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: 'deadLetters', name: 'by-time', key: { failedAt: -1, _id: -1 } },
  { collection: 'deadLetters', name: 'by-state-and-time', key: { state: 1, failedAt: -1, _id: -1 } },
  {
    collection: 'deadLetters',
    name: 'of-merchant',
    key: { mchId: 1, state: 1, failedAt: -1, _id: -1 },
    partialFilterExpression: { mchId: { $exists: true } },
  },
  {
    collection: 'deadLetters',
    name: 'of-order',
    key: { outTradeNo: 1, failedAt: -1, _id: -1 },
    partialFilterExpression: { outTradeNo: { $exists: true } },
  },
  {
    collection: 'deadLetters',
    name: 'due',
    key: { dueAt: 1 },
    partialFilterExpression: { dueAt: { $exists: true } },
  },
];

/** The wanted indexes of each collection, so that one command can be about them all. */
export function indexesByCollection(): Map<string, readonly WantedIndex[]> {
  const collections = new Set(wantedIndexes.map(({ collection }) => collection));
  return new Map(
    [...collections].map((collection) => [
      collection,
      wantedIndexes.filter((index) => index.collection === collection),
    ]),
  );
}

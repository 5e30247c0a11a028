import type { Mutant } from '../mutant.ts';
import { orderWorker, reconciler, store, wechat } from './sources.ts';

/** An order goes backwards, or what does not fit it is delivered or given back. */
export const orderMutants: readonly Mutant[] = [
  {
    name: 'an order is delivered whatever amount was paid',
    guarantee: 5,
    file: `${orderWorker}/jobs/decide-payment.ts`,
    find: 'if (order.amountFen !== payment.amountFen || order.currency !== payment.currency) {',
    replace: 'if (order.currency !== payment.currency) {',
    tests: [`${orderWorker}/jobs/decide-payment.test.ts`],
  },
  {
    name: 'an order whose payment was refunded is delivered',
    guarantee: 5,
    file: `${orderWorker}/jobs/decide-payment.ts`,
    find: "if (payment.refundSeen !== true) return { kind: 'pay', late };",
    replace: "if (Math.random() < 2) return { kind: 'pay', late };",
    tests: [`${orderWorker}/jobs/decide-payment.test.ts`, `${orderWorker}/jobs/refund-seen.test.ts`],
  },
  {
    name: 'an expired order is closed before WeChat was asked once more',
    guarantee: 5,
    file: `${wechat}/pay/ask-about-order.ts`,
    find: "return order.prepay ? closeAndAskAgain(client, order) : { state: 'ended', tradeState };",
    replace: "return { state: 'ended', tradeState };",
    tests: [`${wechat}/pay/ask-about-order.test.ts`],
  },
  {
    name: 'an order that was refunded in full is delivered',
    guarantee: 5,
    file: `${store}/record-refund.ts`,
    find: "if (verdict === 'full' && order.held !== 'refunded') {",
    replace: "if (verdict === 'full' && order.held === 'refunded') {",
    tests: [`${orderWorker}/jobs/apply-refund.test.ts`],
  },
  {
    name: 'a refund that is not signed counts without a query',
    guarantee: 5,
    file: `${orderWorker}/jobs/apply-refund.ts`,
    find: "return told.proof === 'signature' ? told :",
    replace: 'return told.proof ? told :',
    tests: [`${orderWorker}/refunds/confirm-refund.test.ts`],
  },
  {
    name: 'refunds come to more than was paid',
    guarantee: 5,
    file: `${store}/request-refund.ts`,
    find: "  if (wanted.refundFen > toRefundableFen(order, payment.transactionId)) return { outcome: 'exceeds' };\n",
    replace: '',
    tests: [`${store}/request-refund.test.ts`],
  },
  {
    name: 'a late payment of which a part was given back is given back in full',
    guarantee: 5,
    file: `${orderWorker}/jobs/decide-payment.ts`,
    find: "return { kind: 'pay-late', refundFen: toLeftFen(order) };",
    replace: "return { kind: 'pay-late', refundFen: order.amountFen };",
    tests: [`${orderWorker}/jobs/decide-payment.test.ts`],
  },
  {
    name: 'a bill that names another amount than our order is found right',
    guarantee: 5,
    file: `${reconciler}/bills/judge-entry.ts`,
    find: 'return ourFen === entry.amountFen ?',
    replace: 'return ourFen <= entry.amountFen || ourFen > entry.amountFen ?',
    tests: [`${reconciler}/bills/check-bills.test.ts`],
  },
];

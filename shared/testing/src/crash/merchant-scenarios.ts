import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import { patience, pay, register, untilAcknowledged } from './journey.ts';
import {
  ask,
  askForMessage,
  billUnheard,
  buy,
  forgetAnswers,
  orderTogether,
  payUntold,
  quietApp,
  signFor,
  untilDue,
  untilMessagesEnd,
  untilOrder,
  untilRefund,
} from './merchant-journey.ts';
import type { Scenario } from './scenario.ts';
import { billLeaseEndsMs } from './service-starters.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const { mchId, appId } = testMerchant;

/** What a merchant asks for, and what is done by itself for it. */
export const merchantScenarios: readonly Scenario[] = [
  {
    name: 'the shop asks for a refund, and its callback tells that it is made',
    services: ['ingress', 'merchant-api', 'order-worker', 'reconciler'],
    app: quietApp,
    async play(run) {
      const { simulator } = run.bench.surroundings;
      const out_trade_no = run.takeNumber();
      await buy(run, out_trade_no);
      run.bench.release('loops');
      const body = { out_refund_no: `REFUND-${run.token}`, amount: { refund: 1_000 } };
      await ask(run, (client) => client.createRefund({ params: { out_trade_no }, body }));
      const { outRefundNo } = await untilRefund(run, out_trade_no, 'processing');
      const notification = simulator.settleRefund(mchId, outRefundNo, 'SUCCESS');
      if (notification === undefined) throw new Error('nobody is told of the refund');
      await untilAcknowledged(run, { notification });
      await untilRefund(run, out_trade_no, 'succeeded');
    },
  },
  {
    name: 'a payment comes after its order was closed, and a query tells that it was given back',
    services: ['ingress', 'order-worker', 'reconciler'],
    app: quietApp,
    async play(run) {
      const { bench } = run;
      const outTradeNo = run.takeNumber();
      await bench.store.orders.close(await register(run, outTradeNo));
      bench.release('loops');
      await untilAcknowledged(run, pay(run, outTradeNo));
      const { outRefundNo } = await untilRefund(run, outTradeNo, 'processing');
      bench.surroundings.simulator.settleRefund(mchId, outRefundNo, 'SUCCESS', { drop: 100 });
      await untilDue(run, outTradeNo);
      await untilOrder(run, outTradeNo, ({ held }) => held === 'refunded');
    },
  },
  {
    name: 'goods are shipped, and their buyer is reminded of the receipt',
    services: ['ingress', 'merchant-api', 'order-worker', 'reconciler'],
    app: { ...quietApp, shipping: { autoUpload: false, remindReceipt: true } },
    async play(run) {
      const out_trade_no = run.takeNumber();
      await forgetAnswers(run, ['merchant-api', 'order-worker', 'reconciler']);
      await buy(run, out_trade_no, 1);
      run.bench.release('loops');
      const tracking_no = `YT${out_trade_no}`;
      const items = [{ item_desc: '龙井茶', tracking_no, express_company: 'YTO' }];
      const body = { shipment_id: 'parcel-1', items };
      await ask(run, (client) => client.createShipment({ params: { out_trade_no }, body }));
      await untilOrder(run, out_trade_no, ({ status }) => status === 'fulfilled');
      await signFor(run, out_trade_no, tracking_no);
      await untilOrder(run, out_trade_no, ({ shipping }) => shipping?.signedAt !== undefined);
    },
  },
  {
    name: 'virtual goods are delivered, and WeChat is told by itself',
    services: ['order-worker', 'reconciler'],
    app: { ...quietApp, shipping: { autoUpload: true, remindReceipt: false } },
    async play(run) {
      const outTradeNo = run.takeNumber();
      const aheadMs = await forgetAnswers(run, ['order-worker', 'reconciler']);
      await payUntold(run, outTradeNo, new Date(Date.now() + aheadMs));
      run.bench.release('loops');
      await untilOrder(run, outTradeNo, ({ status }) => status === 'fulfilled');
      // WeChat is told some seconds later.
      await untilDue(run, outTradeNo);
      await untilOrder(run, outTradeNo, ({ shipments }) => shipments[0]?.state === 'uploaded');
    },
  },
  {
    name: 'an order is not shipped for two days, and people are told',
    services: ['reconciler'],
    aheadMs: { reconciler: 41 * hourMs },
    async play(run) {
      const outTradeNo = run.takeNumber();
      await buy(run, outTradeNo, 1);
      run.bench.release('loops');
      await untilOrder(run, outTradeNo, ({ frozenAlarmedAt }) => frozenAlarmedAt !== undefined);
    },
  },
  {
    name: 'the shop asks for a message that is sent later',
    // The order-worker tells the shop of one whose fate nobody knows.
    services: ['merchant-api', 'order-worker', 'message-worker', 'reconciler'],
    async play(run) {
      const { bench } = run;
      const aheadMs = await forgetAnswers(run, ['message-worker']);
      await askForMessage(run, new Date(Date.now() + hourMs));
      bench.setClock('message-worker', aheadMs + hourMs + minuteMs);
      bench.setClock('reconciler', hourMs + minuteMs);
      bench.release('loops');
      await untilMessagesEnd(run);
      // Not before: what is claimed long after its time is kept long.
      bench.setClock('reconciler', aheadMs + hourMs + 2 * minuteMs);
    },
  },
  {
    name: 'a message that the shop asks for comes too late, and the shop hears of it',
    services: ['merchant-api', 'order-worker', 'message-worker', 'reconciler'],
    shopEvents: ['message.undeliverable'],
    async play(run) {
      const { bench } = run;
      const sendAt = new Date(Date.now() + hourMs);
      await askForMessage(run, sendAt);
      // A day after it was to be sent it is of no use any more.
      for (const service of ['message-worker', 'reconciler'] as const) bench.setClock(service, 26 * hourMs);
      bench.release('loops');
      await untilMessagesEnd(run);
    },
  },
  {
    name: 'the bill of a day holds a payment of which nobody told',
    services: ['merchant-api', 'order-worker', 'reconciler'],
    merchant: { bill: { isChecked: false, appIds: [appId], outTradeNoPrefixes: [], adopts: false } },
    app: quietApp,
    leasesEndMs: billLeaseEndsMs,
    async play(run) {
      const { orders } = run.bench.store;
      const outTradeNo = run.takeNumber();
      const bill_date = billUnheard(run, outTradeNo);
      // A query would heal it before the bill does.
      const nextQueryAt = new Date(Date.now() + hourMs);
      await orders.recordQuery(await register(run, outTradeNo), { nextQueryAt });
      await ask(run, (client) => client.checkBill({ params: { bill_date } }));
      run.bench.release('loops');
      await untilOrder(run, outTradeNo, ({ status }) => status === 'fulfilled');
      await waitFor(
        'the end of the check',
        async () => (await run.bench.store.billDays.find(mchId, bill_date))?.state === 'done',
        patience,
      );
    },
  },
  {
    name: 'two orders are paid at once',
    services: ['ingress', 'merchant-api', 'order-worker', 'reconciler'],
    app: quietApp,
    async play(run) {
      const outTradeNos = [run.takeNumber(), run.takeNumber()];
      const payment = await orderTogether(run, outTradeNos);
      run.bench.release('loops');
      await untilAcknowledged(run, payment);
      for (const number of outTradeNos) await untilOrder(run, number, ({ status }) => status === 'fulfilled');
    },
  },
];

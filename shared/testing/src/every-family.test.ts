import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, afterEach, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant, toOrderRequest } from './installation.ts';
import { grantMessage } from './send-notification.ts';
import { waitFor } from './wait-for.ts';

const { mchId, appId, templateId } = testMerchant;
const number = (index: number) => `TEA-FAMILY-${String(index).padStart(4, '0')}`;

/** What came to an address that this test listens on. */
interface Taken {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An address that takes everything. Close it. */
async function listen() {
  const taken: Taken[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      taken.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    taken,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('a callback, from WeChat to its end', function () {
  this.timeout(30_000);
  let installation: Installation;
  /** Of the tests that want nothing else of it. */
  let usual: Installation | undefined;
  const others: { close(): Promise<void> }[] = [];
  const startUsual = async () => {
    usual ??= await startInstallation();
    installation = usual;
  };
  afterEach(async () => {
    if (installation !== usual) await installation.close();
    for (const other of others.splice(0)) await other.close();
  });
  after(() => usual?.close());

  const toUrl = (path: string) => `http://127.0.0.1:${installation.ingressPort}/callbacks/${path}`;
  const payV3 = () => toUrl(`wechat-pay/${mchId}`);
  const payV2 = () => toUrl(`wechat-pay-v2/${mchId}`);
  const push = () => toUrl(`mini-program/${appId}`);
  const find = async (outTradeNo: string) => {
    const order = await installation.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new Error(`no order ${outTradeNo}`);
    return order;
  };
  const reached = (outTradeNo: string, status: string) =>
    waitFor(`${outTradeNo} to be ${status}`, async () => {
      const order = await find(outTradeNo);
      return order.status === status && order.effects.length === 0 ? order : undefined;
    });
  const register = (outTradeNo: string) => installation.createOrder(outTradeNo, { prepay: false });

  it('of ten orders paid together, one of them unknown: nine are fulfilled, one is a dead letter, one acknowledgement', async () => {
    installation = await startInstallation({ merchant: { unknownOrderAfterMs: 1_000 } });
    const numbers = Array.from({ length: 10 }, (_, index) => number(index));
    const [unknown = '', ...known] = numbers;
    for (const outTradeNo of known) await register(outTradeNo);
    const total = toOrderRequest(unknown).amount.total;
    const payment = installation.simulator.payCombined({
      mchId,
      appId,
      openId: toOrderRequest(unknown).payer.openid,
      combineOutTradeNo: 'TEA-COMBINED-0001',
      notifyUrl: payV3(),
      subOrders: numbers.map((outTradeNo) => ({ outTradeNo, totalFen: total })),
    });
    await waitFor(
      'nine to be fulfilled',
      async () => {
        const orders = await Promise.all(known.map(find));
        return orders.every(({ status }) => status === 'fulfilled');
      },
      { timeoutMs: 20_000 },
    );
    const letter = await waitFor('the dead letter', async () => {
      const { deadLetters } = await installation.store.deadLetters.list({ state: 'open', limit: 10 });
      return deadLetters[0];
    });
    expect(letter).to.include({ errorCode: 'ORDER_UNKNOWN', jobName: 'apply-payment' });
    expect(
      installation.shop
        .ledger()
        .orders.map((order) => order.out_trade_no)
        .sort(),
    ).to.deep.equal(known);
    const { attempts } = payment.notification;
    expect(attempts.map((attempt) => attempt.status)).to.deep.equal([204]);
  });

  it('of a refund in full before the shop has accepted: nothing is delivered', async () => {
    installation = await startInstallation();
    const outTradeNo = number(1);
    await register(outTradeNo);
    installation.shop.fail({ status: 500, times: 1_000 });
    const { amount, payer } = toOrderRequest(outTradeNo);
    const about = {
      outTradeNo,
      openId: payer.openid,
      totalFen: amount.total,
      transactionId: '4200000000202611220000000001',
    };
    await installation.simulator.sendEvent('TRANSACTION.SUCCESS', { url: payV3(), about });
    await waitFor('the payment', async () => (await find(outTradeNo)).status === 'paid');
    await installation.simulator.sendEvent('REFUND.SUCCESS', { url: payV3(), about });
    const order = await waitFor('the refund', async () => {
      const seen = await find(outTradeNo);
      return seen.held === 'refunded' ? seen : undefined;
    });
    expect(order).to.deep.include({ status: 'paid', effects: [] });
    expect(order.refunds).to.have.length(1);
    expect(installation.shop.ledger().orders).to.deep.equal([]);
    const { order: shown } = await installation
      .readOrder(outTradeNo)
      .then((read) => ({ order: read as unknown as Record<string, unknown> }));
    expect(shown.refunds).to.have.length(1);
  });

  it('of API v2 and of v3 about one payment: the order is paid once, and its refund counts once a query agrees', async () => {
    await startUsual();
    const outTradeNo = number(2);
    await register(outTradeNo);
    const { amount, payer } = toOrderRequest(outTradeNo);
    const payment = installation.simulator.payDirectly({
      mchId,
      appId,
      openId: payer.openid,
      outTradeNo,
      totalFen: amount.total,
      notifyUrl: payV3(),
    });
    const about = {
      outTradeNo,
      openId: payer.openid,
      totalFen: amount.total,
      transactionId: payment.transactionId,
    };
    expect((await installation.simulator.sendV2('v2.payment', { url: payV2(), about })).isAccepted).to.equal(
      true,
    );
    await reached(outTradeNo, 'fulfilled');
    const delivered = installation.shop.ledger().orders.filter((order) => order.out_trade_no === outTradeNo);
    expect(delivered).to.have.length(1);

    const { refund } = installation.simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 1 });
    const refunded = { ...about, refundFen: 1, refundId: refund.refundId, outRefundNo: refund.outRefundNo };
    await installation.simulator.sendV2('v2.refund', { url: payV2(), about: refunded });
    await waitFor('the refund', async () => (await find(outTradeNo)).refunds.length === 1);

    // One that WeChat Pay does not know, by somebody who has the key.
    await installation.simulator.sendV2('v2.refund', { url: payV2(), about: { ...about, refundFen: 2 } });
    const letter = await waitFor('the dead letter', async () => {
      const { deadLetters } = await installation.store.deadLetters.list({ state: 'open', limit: 10 });
      return deadLetters[0];
    });
    expect(letter).to.include({ errorCode: 'REFUND_NOT_CONFIRMED' });
    expect((await find(outTradeNo)).refunds).to.have.length(1);
  });

  it('of a consent that comes after the payment: the buyer is told then, once', async () => {
    await startUsual();
    const outTradeNo = number(3);
    await register(outTradeNo);
    const { amount, payer } = toOrderRequest(outTradeNo);
    const about = { outTradeNo, openId: payer.openid, totalFen: amount.total };
    await installation.simulator.sendEvent('TRANSACTION.SUCCESS', { url: payV3(), about });
    const sends = () =>
      installation.simulator.ledger().messages.filter(({ openId }) => openId === payer.openid);
    await waitFor('the message to be refused', () => sends().length === 1);
    await waitFor('the message to wait', async () => {
      const { effects } = await find(outTradeNo);
      return effects.some(({ job, round }) => job === 'send-subscribe-message' && (round ?? 0) > 0);
    });
    expect(sends().map(({ errcode }) => errcode)).to.deep.equal([43101]);

    grantMessage(installation, outTradeNo);
    const items = [{ TemplateId: templateId, SubscribeStatusString: 'accept', PopupScene: '0' }];
    const receipt = await installation.simulator.sendPush('subscribe_msg_popup_event', {
      url: push(),
      about: { openId: payer.openid },
      items,
    });
    expect(receipt.isAccepted).to.equal(true);
    await reached(outTradeNo, 'fulfilled');
    expect(sends().map(({ errcode }) => errcode)).to.deep.equal([43101, 0]);
  });

  it('that a shop wants to hear of, and that its old system is to have: told in WeChat’s words, and passed on as it came', async () => {
    const [shop, old] = [await listen(), await listen()];
    others.push(shop, old);
    installation = await startInstallation({
      shop: { webhookUrl: shop.url, events: ['complaint.*'] },
      merchant: {
        passThrough: [
          {
            name: 'old',
            url: `${old.url}/notify`,
            events: ['*'],
            allowPrivateNetwork: true,
            timeoutMs: 5_000,
          },
        ],
      },
    });
    const receipt = await installation.simulator.sendEvent('COMPLAINT.CREATE', { url: payV3() });
    await installation.simulator.sendEvent('COUPON.USE', { url: payV3() });
    await waitFor('both', () => shop.taken.length > 0 && old.taken.length > 1);
    expect(shop.taken).to.have.length(1);
    const told = JSON.parse(shop.taken[0]?.body ?? '');
    expect(told).to.include({ type: 'complaint.created' });
    expect(told.data).to.include({ mchid: mchId, event_type: 'COMPLAINT.CREATE' });
    expect(told.data.content).to.have.property('complaint_id');

    const passed = old.taken.find(({ body }) => body === receipt.sent.body);
    expect(passed?.url).to.equal('/notify');
    const signature = receipt.sent.headers['Wechatpay-Signature'];
    expect(passed?.headers['wechatpay-signature']).to.equal(signature);
  });

  it('of a type that nobody knows: forwarded where the shop wants everything, and no dead letter then', async () => {
    const shop = await listen();
    others.push(shop);
    installation = await startInstallation({ shop: { webhookUrl: shop.url, events: ['*'] } });
    await installation.simulator.sendEvent('FUTURE.NEWS', { url: payV3() });
    await waitFor('the webhook', () => shop.taken.length === 1);
    expect(JSON.parse(shop.taken[0]?.body ?? '')).to.include({ type: 'callback.unhandled' });
    await waitFor('the queues to be empty', async () => {
      const counts = await Promise.all(
        (['payment-event', 'event-forwarding'] as const).map((queue) => installation.queues.counts(queue)),
      );
      return counts.every(
        ({ waiting, active, delayed, failed }) => waiting + active + delayed + failed === 0,
      );
    });
    expect((await installation.store.deadLetters.list({ limit: 10 })).deadLetters).to.deep.equal([]);
  });

  it('of a user who closed the WeChat account: nobody can find them in an order any more', async () => {
    await startUsual();
    const outTradeNo = number(4);
    await register(outTradeNo);
    grantMessage(installation, outTradeNo);
    const { amount, payer } = toOrderRequest(outTradeNo);
    const about = { outTradeNo, openId: payer.openid, totalFen: amount.total };
    await installation.simulator.sendEvent('TRANSACTION.SUCCESS', { url: payV3(), about });
    await reached(outTradeNo, 'fulfilled');
    const sent = await installation.simulator.sendPush('user_authorization_cancellation', {
      url: push(),
      about: { openId: payer.openid },
    });
    expect(sent.isAccepted).to.equal(true);
    await waitFor('the openid to be gone', async () => {
      const order = await find(outTradeNo);
      return order.openId === undefined && order.payment?.openId === undefined;
    });
  });

  it('of an order’s shipping and settlement: both stand beside its status', async () => {
    await startUsual();
    const outTradeNo = number(5);
    await register(outTradeNo);
    grantMessage(installation, outTradeNo);
    const { amount, payer } = toOrderRequest(outTradeNo);
    const about = {
      outTradeNo,
      openId: payer.openid,
      totalFen: amount.total,
      transactionId: '4200000000202611220000000005',
    };
    await installation.simulator.sendEvent('TRANSACTION.SUCCESS', { url: payV3(), about });
    await reached(outTradeNo, 'fulfilled');
    for (const name of ['trade_manage_order_settlement:shipped', 'trade_manage_order_settlement']) {
      await installation.simulator.sendPush(name, { url: push(), about: { ...about, mchId } });
    }
    const order = await waitFor('the settlement', async () => {
      const seen = await find(outTradeNo);
      return seen.settlement?.settledAt === undefined ? undefined : seen;
    });
    expect(order.status).to.equal('fulfilled');
  });
});

import type { RefundResource } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

const { mchId, appId } = testMerchant;

/** At WeChat a minute lasts a tenth of a second, and so it does here. */
const speed = 600;
const refundPace = {
  orderSpacingMs: 150,
  userSpacingMs: 0,
  toFollowMs: (waits: number) => (waits < 100 ? 200 : undefined),
  toAbnormalMs: (waits: number) => (waits < 100 ? 200 : undefined),
  toShortageMs: (waits: number) => (waits < 100 ? 200 : undefined),
};

describe('refunds, from the request to the buyer’s money', function () {
  this.timeout(60_000);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({
      without: ['message-worker'],
      effectGraceMs: 500,
      orderWorker: { refundPace },
    });
  });
  beforeEach(() => {
    installation.simulator.faults.reset();
    installation.simulator.clock.setSpeed(1);
  });
  after(() => installation.close());

  /** Bought by its buyer, and delivered; then time runs. */
  async function buy(outTradeNo: string): Promise<void> {
    const { payment } = await installation.createOrder(outTradeNo);
    installation.simulator.pay({ appId, ...(payment ?? expect.fail('nothing to pay with')) });
    await waitFor('the order to be fulfilled', async () => (await read(outTradeNo)).status === 'fulfilled');
    installation.simulator.clock.setSpeed(speed);
  }
  const read = (outTradeNo: string) => installation.readOrder(outTradeNo);
  const refund = (outTradeNo: string, fen: number, out_refund_no?: string) =>
    installation.client.createRefund({
      params: { out_trade_no: outTradeNo },
      body: { amount: { refund: fen }, ...(out_refund_no === undefined ? {} : { out_refund_no }) },
    });
  const reached = (outTradeNo: string, outRefundNo: string, state: RefundResource['state']) =>
    waitFor(
      `the refund ${outRefundNo} to be ${state}`,
      async () => {
        const params = { out_trade_no: outTradeNo, out_refund_no: outRefundNo };
        const { body } = await installation.client.readRefund({ params });
        return body.state === state ? body : undefined;
      },
      { timeoutMs: 30_000 },
    );
  const moneyOf = (outTradeNo: string) => installation.simulator.ledger(outTradeNo).money.orders[0]?.refunded;

  it('of which 20 are asked for in parallel never come to more than was paid, in either ledger', async () => {
    await buy('REFUND-0001');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        refund('REFUND-0001', 2_000, `R-0001-${index}`).then(
          ({ body }) => body.out_refund_no,
          (error: { code: string }) => error.code,
        ),
      ),
    );
    const taken = answers.filter((answer) => answer.startsWith('R-0001-'));
    expect(taken).to.have.length(4);
    expect(answers.filter((answer) => answer === 'REFUND_EXCEEDS_PAYMENT')).to.have.length(16);
    for (const number of taken) await reached('REFUND-0001', number, 'succeeded');
    const { refunds } = await read('REFUND-0001');
    expect(refunds.map(({ amount }) => amount.refund)).to.deep.equal(Array(4).fill(2_000));
    expect(moneyOf('REFUND-0001')).to.include({ SUCCESS: 8_000, PROCESSING: 0, CLOSED: 0 });
  });

  it('that no callback tells of are found by a query, though WeChat Pay fails in every way', async () => {
    await buy('REFUND-0002');
    installation.simulator.faults.set({
      drop_share: 1,
      api: [
        { api: 'refund', moment: 'after', answer: 'reset', times: 1 },
        { api: 'refund_query', moment: 'before', answer: 'system_error', times: 1 },
        { api: 'refund_query', moment: 'before', answer: 'wrong_signature', times: 1 },
      ],
    });
    const { body } = await refund('REFUND-0002', 8_800);
    expect(await reached('REFUND-0002', body.out_refund_no, 'succeeded')).to.include({ attempts: 1 });
    expect(moneyOf('REFUND-0002')).to.include({ SUCCESS: 8_800 });
    const { pending } = await read('REFUND-0002');
    expect(pending.filter(({ job }) => job === 'make-refund')).to.deep.equal([]);
  });

  it('that could not be paid out go to the user’s card, and arrive', async () => {
    await buy('REFUND-0003');
    installation.simulator.faults.set({ refund_course: 'ABNORMAL' });
    await refund('REFUND-0003', 800, 'R-0003');
    await reached('REFUND-0003', 'R-0003', 'abnormal');
    const params = { out_trade_no: 'REFUND-0003', out_refund_no: 'R-0003' };
    const card = { bank_type: 'ICBC_DEBIT', bank_account: '6222020000000000', real_name: '王小明' };
    const body = { type: 'USER_BANK_CARD', ...card } as const;
    expect((await installation.client.settleAbnormalRefund({ params, body })).body.state).to.be.oneOf([
      'processing',
      'succeeded',
    ]);
    await reached('REFUND-0003', 'R-0003', 'succeeded');
    expect(moneyOf('REFUND-0003')).to.include({ SUCCESS: 800, ABNORMAL: 0 });
    const told = installation.logLines.filter((line) => line.includes('refund-abnormal'));
    expect(told).to.have.length(1);
    expect(installation.logLines.join()).to.not.match(/6222020000000000|王小明/);
  });

  it('of a payment that came too late are made by themselves, and nothing is delivered', async () => {
    const { payment } = await installation.createOrder('REFUND-0004');
    const order = (await installation.store.orders.find(mchId, 'REFUND-0004')) ?? expect.fail();
    await installation.store.orders.close(order);
    installation.simulator.pay({ appId, ...(payment ?? expect.fail('nothing to pay with')) });
    const held = await waitFor('the order to be given back', async () => {
      const now = await read('REFUND-0004');
      installation.simulator.clock.setSpeed(speed);
      return now.held === 'refunded' ? now : undefined;
    });
    expect(held).to.include({ status: 'paid' });
    expect(held.refund_requests[0]).to.include({ requested_by: 'late_payment', state: 'succeeded' });
    expect(moneyOf('REFUND-0004')).to.include({ SUCCESS: 8_800 });
    const told = installation.shop.ledger().orders.map((each) => each.out_trade_no);
    expect(told).to.not.include('REFUND-0004');
    const open = (await installation.store.deadLetters.list({ state: 'open', limit: 10 })).deadLetters;
    expect(open).to.deep.equal([]);
  });
});

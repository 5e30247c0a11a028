import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Simulator } from '../index.ts';
import {
  type Answer,
  callPay,
  newOutTradeNo,
  openId,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import {
  createPayPlatform,
  day,
  mchId,
  minute,
  outcomeOf,
  type PayPlatform,
  totalFen,
} from './pay-platform.fixture.test.ts';

const subMchId = '1600000001';

describe('wechat-simulator: what refunds may be', () => {
  let platform: PayPlatform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPayPlatform();
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  const pay = (buyer = openId): string => platform.pay({ openId: buyer });
  const toBody = (outTradeNo: string, refundFen: number, change: object = {}) => ({
    out_trade_no: outTradeNo,
    out_refund_no: `R-${newOutTradeNo()}`,
    amount: { refund: refundFen, total: totalFen, currency: 'CNY' },
    ...change,
  });
  const refund = (body: object): Promise<Answer> => platform.post('/refund/domestic/refunds', body);

  it('a refund is asked for by transaction_id as well as by out_trade_no', async () => {
    const outTradeNo = pay();
    const transactionId = simulator.ledger(outTradeNo).orders[0]?.transaction_id;
    const byId = toBody(outTradeNo, 10, { out_trade_no: undefined, transaction_id: transactionId });
    expect(outcomeOf(await refund(byId))).to.equal('200');
    expect(simulator.ledger(outTradeNo).refunds[0]).to.include({ out_trade_no: outTradeNo, refund: 10 });
    const neither = toBody(outTradeNo, 10, { out_trade_no: undefined });
    expect(outcomeOf(await refund(neither))).to.equal('400 PARAM_ERROR');
  });

  const wrongBodies: [string, object][] = [
    ['more than the total that it names', { amount: { refund: 2, total: 1, currency: 'CNY' } }],
    ['another currency', { amount: { refund: 1, total: totalFen, currency: 'USD' } }],
    ['a fraction', { amount: { refund: 0.5, total: totalFen, currency: 'CNY' } }],
    ['a number with a space', { out_refund_no: 'R 1' }],
    ['a reason of 81 characters', { reason: '因'.repeat(81) }],
    [
      'sources that sum up to something else',
      {
        amount: {
          refund: 2,
          total: totalFen,
          currency: 'CNY',
          from: [{ account: 'AVAILABLE', amount: 1 }],
        },
      },
    ],
    ['goods without a quantity', { goods_detail: [{ merchant_goods_id: 'G1', unit_price: 1 }] }],
  ];
  for (const [name, change] of wrongBodies) {
    it(`a refund of ${name} gets 400 PARAM_ERROR`, async () => {
      expect(outcomeOf(await refund(toBody(pay(), 1, change)))).to.equal('400 PARAM_ERROR');
    });
  }

  it('the same number with anything else about it is refused, the same body is not', async () => {
    const body = toBody(pay(), 10, { reason: '缺货' });
    const { amount, ...rest } = body;
    expect(outcomeOf(await refund(body))).to.equal('200');
    expect(outcomeOf(await refund({ amount, ...rest }))).to.equal('200');
    expect(outcomeOf(await refund({ ...body, reason: '其他' }))).to.equal('400 INVALID_REQUEST');
    expect(simulator.ledger().refunds).to.have.length(1);
  });

  it('50 refunds of one order are the most, a minute apart, whoever made them', async () => {
    const outTradeNo = pay();
    for (let count = 0; count < 49; count += 1)
      simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 1, course: 'SUCCESS' });
    expect(outcomeOf(await refund(toBody(outTradeNo, 1)))).to.equal('429 FREQUENCY_LIMITED');
    await simulator.clock.advance(minute);
    expect(outcomeOf(await refund(toBody(outTradeNo, 1)))).to.equal('200');
    await simulator.clock.advance(minute);
    expect(outcomeOf(await refund(toBody(outTradeNo, 1)))).to.equal('400 INVALID_REQUEST');
  });

  it('a refund that was closed leaves its money for another one', async () => {
    const outTradeNo = pay();
    simulator.faults.set({ refund_course: 'CLOSED' });
    expect(outcomeOf(await refund(toBody(outTradeNo, totalFen)))).to.equal('200');
    await simulator.clock.advance(minute);
    expect(outcomeOf(await refund(toBody(outTradeNo, totalFen)))).to.equal('200');
  });

  it('after 365 days nothing can be refunded any more', async () => {
    const outTradeNo = pay();
    await simulator.clock.advance(365 * day - minute);
    expect(outcomeOf(await refund(toBody(outTradeNo, 1)))).to.equal('200');
    await simulator.clock.advance(2 * minute);
    expect(outcomeOf(await refund(toBody(outTradeNo, 1)))).to.equal('400 INVALID_REQUEST');
  });

  it('of refunds of one user at the same time one is accepted; of other users all are', async () => {
    simulator.faults.set({ refund_latency_ms: 200 });
    const ofOne = Array.from({ length: 5 }, () => refund(toBody(pay(), 1)));
    const ofOthers = ['oOther-1', 'oOther-2'].map((buyer) => refund(toBody(pay(buyer), 1)));
    const outcomes = (await Promise.all(ofOne)).map(outcomeOf).sort();
    expect(outcomes).to.deep.equal(['200', ...Array(4).fill('429 FREQUENCY_LIMITED')]);
    expect((await Promise.all(ofOthers)).map(outcomeOf)).to.deep.equal(['200', '200']);
    expect(outcomeOf(await refund(toBody(pay(), 1)))).to.equal('200');
  });

  it('without enough money nothing is refunded; after topping up the same number succeeds', async () => {
    const outTradeNo = pay();
    const body = toBody(outTradeNo, 600);
    await platform.control('/balances', { mchid: mchId, balance: 599 });
    expect(outcomeOf(await refund(body))).to.equal('403 NOT_ENOUGH');
    expect(simulator.ledger(outTradeNo).orders[0]?.trade_state).to.equal('SUCCESS');
    expect(() => simulator.refundAtConsole(mchId, outTradeNo)).to.throw('not enough');
    simulator.setBalance(mchId, 600);
    expect(outcomeOf(await refund(body))).to.equal('200');
    expect(simulator.ledger().money.merchants[0]?.balance).to.equal(0);
    pay();
    expect(simulator.ledger().money.merchants[0]?.balance).to.equal(totalFen);
  });

  it('a service provider names the merchant below it, in the body and in the query', async () => {
    const provider = await createPayPlatform({ merchants: [{ ...testMerchant, isServiceProvider: true }] });
    try {
      const outTradeNo = provider.pay({ sub: { mchId: subMchId } });
      const ask = async (sub_mchid?: string): Promise<string> => {
        const body = toBody(outTradeNo, 1, { sub_mchid, out_refund_no: 'R-1' });
        return outcomeOf(await provider.post('/refund/domestic/refunds', body));
      };
      expect(await ask()).to.equal('400 PARAM_ERROR');
      expect(await ask('1600000002')).to.equal('404 RESOURCE_NOT_EXISTS');
      expect(await ask(subMchId)).to.equal('200');
      const query = async (search: string): Promise<string> =>
        outcomeOf(await provider.get(`/refund/domestic/refunds/R-1${search}`));
      expect(await query('')).to.equal('400 PARAM_ERROR');
      expect(await query('?sub_mchid=1600000002')).to.equal('404 RESOURCE_NOT_EXISTS');
      expect(await query(`?sub_mchid=${subMchId}`)).to.equal('200');
    } finally {
      await provider.close();
    }
  });

  describe('apply-abnormal-refund', () => {
    const abnormal = () =>
      simulator.refundAtConsole(mchId, pay(), { course: 'ABNORMAL', notifyUrl: platform.receiver.url });
    const apply = (refundId: string, body: object, askedSerial?: string): Promise<Answer> =>
      callPay(
        simulator.uri,
        'POST',
        `/v3/refund/domestic/refunds/${refundId}/apply-abnormal-refund`,
        body,
        askedSerial === undefined ? {} : { askedSerial },
      );

    it('a refund that is ABNORMAL goes elsewhere, and is told to be SUCCESS', async () => {
      const made = abnormal().refund;
      const body = { out_refund_no: made.outRefundNo, type: 'MERCHANT_BANK_CARD' };
      const { status, text } = await apply(made.refundId, body);
      expect([status, (JSON.parse(text) as { status: string }).status]).to.deep.equal([200, 'PROCESSING']);
      expect(outcomeOf(await apply(made.refundId, body))).to.equal('200');
      await simulator.clock.advance(minute);
      expect(made.state).to.equal('SUCCESS');
      expect(platform.told().map(({ type }) => type)).to.deep.equal(['REFUND.ABNORMAL', 'REFUND.SUCCESS']);
    });

    it('one that is not ABNORMAL, or not of that id, is refused', async () => {
      const done = simulator.refundAtConsole(mchId, pay()).refund;
      const body = { out_refund_no: done.outRefundNo, type: 'MERCHANT_BANK_CARD' };
      expect(outcomeOf(await apply(done.refundId, body))).to.equal('400 INVALID_REQUEST');
      expect(outcomeOf(await apply(abnormal().refund.refundId, body))).to.equal('404 RESOURCE_NOT_EXISTS');
    });

    it('the user’s card comes encrypted under the key that the request names', async () => {
      const { refund: made } = abnormal();
      const key = simulator.platform.publicKey;
      const encrypt = (text: string): string => {
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        return publicEncrypt({ key: createPublicKey(key?.pem ?? ''), padding }, Buffer.from(text)).toString(
          'base64',
        );
      };
      const body = { out_refund_no: made.outRefundNo, type: 'USER_BANK_CARD', bank_type: 'CMB_DEBIT' };
      const clear = { ...body, bank_account: '6225880000000000', real_name: '持卡人' };
      expect(outcomeOf(await apply(made.refundId, clear, key?.id))).to.equal('400 PARAM_ERROR');
      const sealed = { ...body, bank_account: encrypt('6225880000000000'), real_name: encrypt('持卡人') };
      expect(outcomeOf(await apply(made.refundId, sealed))).to.equal('400 PARAM_ERROR');
      const { bank_type: _, ...withoutBank } = sealed;
      expect(outcomeOf(await apply(made.refundId, withoutBank, key?.id))).to.equal('400 PARAM_ERROR');
      expect(outcomeOf(await apply(made.refundId, sealed, key?.id))).to.equal('200');
    });
  });
});

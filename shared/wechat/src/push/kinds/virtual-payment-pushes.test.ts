import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectPush, fromUser, keyOf, type PushCase, receiveEverywhere } from '../push.fixture.test.ts';

const weChatPayInfo = {
  MchOrderNo: 'm20260703',
  TransactionId: '4200002043202311087295582095',
  PaidTime: 1_763_776_790,
};
const bought = { Quantity: 2, OrigPrice: 300, ActualPrice: 250, Attach: 'a=1' };
const teamInfo = { ActivityId: 'act1', TeamId: 'team1', TeamType: 1, TeamAction: 0 };
const team = { activityId: 'act1', teamId: 'team1', teamType: '1', teamAction: '0' };

const order = { OpenId: 'oUser', OutTradeNo: 'order_20261122', Env: 0 };
const toldOrder = {
  openId: 'oUser',
  outTradeNo: 'order_20261122',
  environment: 'live',
  mchOrderNo: 'm20260703',
  transactionId: '4200002043202311087295582095',
  paidAt: '2025-11-22T01:59:50.000Z',
  quantity: 2,
  originalFen: 300,
  paidFen: 250,
  attach: 'a=1',
};

const goods: PushCase = {
  fields: {
    Event: 'xpay_goods_deliver_notify',
    ...order,
    WeChatPayInfo: weChatPayInfo,
    GoodsInfo: { ProductId: 'sword', ...bought },
    TeamInfo: teamInfo,
  },
  event: { type: 'virtual_payment.goods_paid', ...toldOrder, productId: 'sword', team },
  key: 'order_20261122|0',
};

const coins: PushCase = {
  fields: {
    Event: 'xpay_coin_pay_notify',
    ...order,
    Env: 1,
    WeChatPayInfo: weChatPayInfo,
    CoinInfo: bought,
  },
  event: { type: 'virtual_payment.coins_paid', ...toldOrder, environment: 'sandbox' },
  key: 'order_20261122|1',
};

const appleGoods: PushCase = {
  fields: {
    Event: 'xpay_goods_deliver_notify',
    OpenId: 'oUser',
    OutTradeNo: 'order_20261122',
    GoodsInfo: { ProductId: 'vip', Quantity: 1, OrigPrice: 1_200, ActualPrice: 1_200, Attach: '' },
    AppleSubscriptionInfo: {
      OriginalTransactionId: '2000000123456789',
      AutoRenewStatus: 1,
      RenewalDate: 1_766_368_800_123,
    },
  },
  event: {
    type: 'virtual_payment.goods_paid',
    openId: 'oUser',
    outTradeNo: 'order_20261122',
    environment: 'live',
    quantity: 1,
    originalFen: 1_200,
    paidFen: 1_200,
    productId: 'vip',
    appleContractCode: '2000000123456789',
    renewsAt: '2025-12-22T02:00:00.123Z',
  },
  key: 'order_20261122|0',
};

const refund: PushCase = {
  fields: {
    Event: 'xpay_refund_notify',
    OpenId: 'oUser',
    WxRefundId: 'wxr1',
    MchRefundId: 'mr1',
    WxOrderId: 'wxo1',
    MchOrderId: 'order_20261122',
    RefundFee: 250,
    RetCode: 0,
    RetMsg: 'ok',
    RefundStartTimestamp: 1_763_776_700,
    RefundSuccTimestamp: 1_763_776_760,
    WxpayRefundTransactionId: '50302002662025030599670471876',
    RetryTimes: 0,
    TeamInfo: teamInfo,
  },
  event: {
    type: 'virtual_payment.refund_succeeded',
    openId: 'oUser',
    wxRefundId: 'wxr1',
    mchRefundId: 'mr1',
    wxOrderId: 'wxo1',
    mchOrderId: 'order_20261122',
    refundFen: 250,
    retCode: '0',
    message: 'ok',
    startedAt: '2025-11-22T01:58:20.000Z',
    finishedAt: '2025-11-22T01:59:20.000Z',
    wxpayRefundTransactionId: '50302002662025030599670471876',
    team,
  },
  key: 'wxr1|0',
};

const complaint: PushCase = {
  fields: {
    Event: 'xpay_complaint_notify',
    OpenId: 'oUser',
    WxOrderId: 'wxo1',
    MchOrderId: 'order_20261122',
    TransactionId: '4200002043202311087295582095',
    ComplaintId: 'c1',
    ComplaintDetail: 'what the user wrote',
    ComplaintTime: 1_763_776_700,
    RetryTimes: 3,
    RequestId: 'r1',
  },
  event: {
    type: 'virtual_payment.complained',
    openId: 'oUser',
    complaintId: 'c1',
    requestId: 'r1',
    wxOrderId: 'wxo1',
    mchOrderId: 'order_20261122',
    transactionId: '4200002043202311087295582095',
    complainedAt: '2025-11-22T01:58:20.000Z',
  },
  key: 'c1|r1',
};

const risk: PushCase = {
  fields: {
    Event: 'xpay_wxpay_callback_notify',
    AppId: 'wx8888888888888888',
    NickName: 'a name',
    MerchantCode: '1900000001',
    MerchantCompanyName: 'a company',
    BusinessTime: '2026-07-03T12:47:13+08:00',
    BusinessCode: 'b1',
    BusinessState: 'WAIT',
    Remark: 'documents are missing',
    EventType: 'due_diligence',
    RetryTimes: 0,
  },
  event: {
    type: 'virtual_payment.risk_reported',
    risk: 'due_diligence',
    mchId: '1900000001',
    businessCode: 'b1',
    businessState: 'WAIT',
    businessAt: '2026-07-03T04:47:13.000Z',
    remark: 'documents are missing',
  },
};

function contentsOf(fields: PushCase['fields']): string[] {
  return receiveEverywhere(fields).map(({ outcome }) =>
    outcome.kind === 'genuine' ? (outcome.callback.content ?? '') : outcome.reason,
  );
}

describe('pushes of virtual payment', () => {
  it('say that goods are paid', () => expectPush(goods));
  it('say that coins were spent, in the sandbox too', () => expectPush(coins));
  it("say that Apple's subscription paid a period, with neither Env nor WeChatPayInfo", () =>
    expectPush(appleGoods));
  it('say that a refund succeeded', () => expectPush(refund));
  it('say that a refund failed', () =>
    expectPush({
      fields: { ...refund.fields, RetCode: -1, RefundSuccTimestamp: 0, TeamInfo: {} },
      event: (() => {
        const { finishedAt, team: _, ...left } = refund.event;
        expect(finishedAt).to.be.a('string');
        return { ...left, type: 'virtual_payment.refund_failed', retCode: '-1' };
      })(),
      key: 'wxr1|-1',
    }));
  it('say that a user complained, without what was written', () => {
    expectPush(complaint);
    for (const content of contentsOf(complaint.fields)) expect(content).to.include('what the user wrote');
  });
  it('say that WeChat Pay looks into the merchant', () => {
    const key = keyOf(risk.fields).replace(/^.*notify_/, '');
    expect(key).to.match(/^h\.[0-9a-f]{64}$/);
    expectPush({ ...risk, key });
  });

  it('have one key however often they are re-sent, though RetryTimes counts up', () => {
    for (const { fields } of [refund, complaint, risk]) {
      expect(keyOf({ ...fields, RetryTimes: 14 })).to.equal(keyOf(fields));
    }
    expect(keyOf({ ...risk.fields, BusinessState: 'DONE' })).not.to.equal(keyOf(risk.fields));
    expect(keyOf({ ...refund.fields, RetCode: 1 })).not.to.equal(keyOf(refund.fields));
  });

  it('of another environment than live and sandbox deliver nothing', () => {
    const [first] = receiveEverywhere({ ...goods.fields, Env: 2 });
    expect(first?.outcome.kind === 'genuine' && first.outcome.callback.facts[0].event).to.deep.include({
      type: 'callback.unhandled',
      reason: 'schema_refused',
    });
  });

  it('name the user by OpenId, for FromUserName is WeChat itself', () => {
    expect(fromUser).not.to.equal(goods.event.openId);
  });
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectPush, keyOf, type PushCase, receiveEverywhere } from '../push.fixture.test.ts';

const contract = {
  Event: 'xpay_subscribe_signing_result_notify',
  Action: 'contract_notify',
  UserOpenid: 'oUser',
  OpenorcloseTime: 1_763_776_700,
  ProductId: 'vip',
  OutContractCode: 'contract_1',
  ContractWxAppid: 'wx8888888888888888',
};
const toldContract = { openId: 'oUser', channel: 'wechat', productId: 'vip', contractCode: 'contract_1' };

const apple = {
  OpenId: 'oUser',
  Attach: 'a=1',
  AppleSubscriptionInfo: {
    OriginalTransactionId: '2000000123456789',
    ProductId: 'vip',
    AutoRenewStatus: 1,
    RenewalDate: 1_766_368_800_000,
    SignedTime: 1_763_776_700_123,
  },
};
const toldApple = { openId: 'oUser', channel: 'apple', productId: 'vip', contractCode: '2000000123456789' };

const chargeFailed: PushCase = {
  fields: {
    Event: 'xpay_subscribe_pay_fail_notify',
    OpenId: 'oUser',
    OutTradeNo: 'order_20261122',
    Env: 0,
    GoodsInfo: {
      ProductId: 'vip',
      Quantity: 1,
      OrigPrice: 1_200,
      ActualPrice: 1_000,
      Attach: 'a=1',
      SubscribePeriodDays: 30,
    },
    ContractWxAppid: 'wx8888888888888888',
  },
  event: {
    type: 'virtual_subscription.charge_failed',
    openId: 'oUser',
    outTradeNo: 'order_20261122',
    environment: 'live',
    quantity: 1,
    originalFen: 1_200,
    paidFen: 1_000,
    attach: 'a=1',
    productId: 'vip',
    periodDays: 30,
  },
};

const refundAsked: PushCase = {
  fields: {
    Event: 'xpay_subscribe_ios_refund_query_notify',
    OpenId: 'oUser',
    OutTradeNo: 'order_20261122',
    refund_time: '1763776790',
    order_time: '1763776700',
    channel_bill: 'apple-bill-1',
    bundleid: 'com.tencent.xin',
    product_id: 'vip',
    p_count: '1',
    refund_request_reason: 'what the user said',
    provide_status: '1',
    pay_order_id: 'wxpay_order_1',
  },
  event: {
    type: 'virtual_payment.refund_asked',
    openId: 'oUser',
    outTradeNo: 'order_20261122',
    payOrderId: 'wxpay_order_1',
    productId: 'vip',
    quantity: '1',
    delivery: 'delivered',
    orderedAt: '2025-11-22T01:58:20.000Z',
    askedAt: '2025-11-22T01:59:50.000Z',
  },
};

describe('pushes of virtual memberships', () => {
  it('say that a user signed', () =>
    expectPush({
      fields: contract,
      event: { type: 'virtual_subscription.signed', ...toldContract, signedAt: '2025-11-22T01:58:20.000Z' },
      key: 'contract_1|contract_notify|1763776700',
    }));

  it('say under the same name that a user cancelled', () =>
    expectPush({
      fields: { ...contract, Action: 'cancel_contract_notify' },
      event: {
        type: 'virtual_subscription.cancelled',
        ...toldContract,
        cancelledAt: '2025-11-22T01:58:20.000Z',
      },
      key: 'contract_1|cancel_contract_notify|1763776700',
    }));

  it('of an unknown Action are kept', () => {
    for (const { outcome } of receiveEverywhere({ ...contract, Action: 'renew_notify' })) {
      const event = outcome.kind === 'genuine' ? outcome.callback.facts[0].event : outcome;
      expect(event).to.deep.include({ type: 'callback.unhandled', reason: 'schema_refused' });
    }
  });

  it('say that a user signed at Apple', () =>
    expectPush({
      fields: { Event: 'xpay_apple_subscribe_signing_result_notify', ...apple },
      event: {
        type: 'virtual_subscription.signed',
        ...toldApple,
        signedAt: '2025-11-22T01:58:20.123Z',
        renewsAt: '2025-12-22T02:00:00.000Z',
      },
      key: '2000000123456789|1763776700123',
    }));

  it('say that a user cancelled at Apple, and until when is paid', () =>
    expectPush({
      fields: {
        Event: 'xpay_apple_subscribe_unsigning_result_notify',
        ...apple,
        Action: 'unsubscribe',
        AppleSubscriptionInfo: {
          OriginalTransactionId: '2000000123456789',
          ProductId: 'vip',
          AutoRenewStatus: 0,
          RenewalDate: 1_766_368_800_000,
          UnsignedTime: 1_763_776_700_000,
        },
      },
      event: {
        type: 'virtual_subscription.cancelled',
        ...toldApple,
        cancelledAt: '2025-11-22T01:58:20.000Z',
        endsAt: '2025-12-22T02:00:00.000Z',
      },
      key: '2000000123456789|1763776700000',
    }));

  it('say that a charge failed', () => expectPush(chargeFailed));

  it("tell of Apple's question without what the user said", () => expectPush(refundAsked));

  it('tell each question of Apple that differs, and one and the same once', () => {
    const { fields } = refundAsked;
    expect(keyOf({ ...fields })).to.equal(keyOf(fields));
    expect(keyOf({ ...fields, refund_time: '1763776792' })).not.to.equal(keyOf(fields));
  });
});

describe("Apple's question whether to refund", () => {
  it('comes with what the order may be found by', () => {
    for (const { outcome } of receiveEverywhere(refundAsked.fields)) {
      expect(outcome.kind === 'genuine' && outcome.question).to.deep.equal({
        kind: 'ios_refund',
        orderNumbers: ['order_20261122', 'wxpay_order_1'],
        openId: 'oUser',
        productId: 'vip',
        quantity: '1',
        delivery: 'delivered',
        orderedAt: '2025-11-22T01:58:20.000Z',
      });
    }
  });

  it('is a question even where everything else is missing or unreadable', () => {
    for (const provide_status of ['0', '2', '7']) {
      const fields = { Event: 'XPAY_SUBSCRIBE_IOS_REFUND_QUERY_NOTIFY', provide_status, pay_order_id: '' };
      for (const { outcome } of receiveEverywhere(fields)) {
        expect(outcome.kind === 'genuine' && outcome.question).to.deep.equal({
          kind: 'ios_refund',
          orderNumbers: [],
          openId: undefined,
          productId: undefined,
          quantity: undefined,
          delivery: { '0': 'not_delivered', '2': 'under_way', '7': undefined }[provide_status],
          orderedAt: undefined,
        });
      }
    }
  });
});

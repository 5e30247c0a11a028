import type { NewJob } from '@huidiao/queue';
import { checkNewJob } from '@huidiao/queue';
import { knownEventTypes } from '@huidiao/wechat';
import { type PushMode, payEvents, pushEvents, v2Events } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createRig, ids, type Rig } from '../every-callback.fixture.test.ts';

/** What each event that the simulator can send becomes; an event of its own that is missing here fails a test. */
const payV3: Readonly<Record<string, string>> = {
  'TRANSACTION.SUCCESS': 'payment.succeeded',
  'TRANSACTION.SUCCESS:promotion': 'payment.succeeded',
  'TRANSACTION.SUCCESS:refunded': 'payment.succeeded',
  'TRANSACTION.SUCCESS:partner': 'payment.succeeded',
  'TRANSACTION.SUCCESS:combine': 'payment.succeeded',
  'TRANSACTION.SUCCESS:combine-ten': 'payment.succeeded',
  'TRANSACTION.SUCCESS:parking': 'payment.succeeded',
  'TRANSACTION.INDUSTRY_SUCCESS': 'payment.succeeded',
  'TRANSACTION.INDUSTRY_FAILED': 'debit.failed',
  'TRANSACTION.FAIL': 'debit.failed',
  'TRANSACTION.PAY_BACK': 'debit.repaid',
  'EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE': 'debit.debt_changed',
  'REFUND.SUCCESS': 'refund.succeeded',
  'REFUND.SUCCESS:partner': 'refund.succeeded',
  'REFUND.ABNORMAL': 'refund.abnormal',
  'REFUND.ABNORMAL:partner': 'refund.abnormal',
  'REFUND.CLOSED': 'refund.closed',
  'REFUND.CLOSED:partner': 'refund.closed',
  'PROFITSHARING.SUCCESS': 'profit_sharing.succeeded',
  'PROFITSHARING.SUCCESS:partner': 'profit_sharing.succeeded',
  'PROFITSHARING.RETURN': 'profit_sharing.returned',
  'TRANSACTION.SUCCESS:profit-sharing': 'profit_sharing.moved',
  'TRANSACTION.SUCCESS:profit-sharing-return': 'profit_sharing.moved',
  'MCHTRANSFER.BILL.FINISHED': 'transfer.finished',
  'MCHTRANSFER.BILL.FINISHED:fail': 'transfer.finished',
  'MCHTRANSFER.BILL.FINISHED:cancelled': 'transfer.finished',
  'MCHTRANSFER.BATCH.FINISHED': 'transfer.batch_finished',
  'MCHTRANSFER.BATCH.CLOSED': 'transfer.batch_closed',
  'MCHTRANSFER.QQWALLETBILL.FINISHED': 'transfer.qq_wallet_finished',
  'MCHTRANSFER.AUTHORIZATION.CONFIRMED': 'transfer.authorization_confirmed',
  'MCHTRANSFER.AUTHORIZATION.CLOSED': 'transfer.authorization_closed',
  'MCHWITHDRAW.CHANGE': 'withdrawal.changed',
  'RECHARGE.SUCCESS': 'recharge.succeeded',
  'RECHARGE.CLOSED': 'recharge.closed',
  'RECHARGE.FUND_RETURNED': 'recharge.fund_returned',
  'COUPON.USE': 'coupon.used',
  'COUPON.SEND': 'coupon.sent',
  'PRODUCT_COUPON_SP.SEND': 'product_coupon.sent',
  'DELIVERY_PLAN.CHANGE': 'delivery_plan.changed',
  'DELIVERY_PLAN_STATE.DELIVER': 'delivery_plan.changed',
  'PAYSCORE.USER_OPEN_SERVICE': 'pay_score.permission_opened',
  'PAYSCORE.USER_CLOSE_SERVICE': 'pay_score.permission_closed',
  'PAYSCORE.USER_CONFIRM': 'pay_score.order_confirmed',
  'PAYSCORE.USER_PAID': 'pay_score.order_paid',
  'PAYSCORE.USER_SIGN_PLAN': 'pay_score.plan_signed',
  'PAYSCORE.USER_CANCEL_SIGN_PLAN': 'pay_score.plan_cancelled',
  'PAYSCORE.BIND_SERVICE_ACCOUNT': 'pay_score.account_bound',
  'COMPLAINT.CREATE': 'complaint.created',
  'COMPLAINT.STATE_CHANGE': 'complaint.state_changed',
  'COMPLAINT.STATE_CHANGE:refund': 'complaint.state_changed',
  'ENTRUST.SIGN': 'contract.signed',
  'ENTRUST.TERMINATE': 'contract.terminated',
  'ENTRUST.TERMINATE_INQUIRY': 'contract.termination_asked',
  'ENTRUST.TERMINATE_RETENTION': 'contract.retention_asked',
  'ENTRUST.SIGNING': 'contract.signed',
  'ENTRUST.RELEASE': 'contract.terminated',
  'INSURANCE_ENTRUST.SIGN': 'contract.signed',
  'INSURANCE_ENTRUST.TERMINATE': 'contract.terminated',
  'INSURANCE_ENTRUST.RENEW': 'contract.renewed',
  'ECOMMERCE_ENTRUST.SIGN': 'contract.signed',
  'ECOMMERCE_ENTRUST.TERMINATE': 'contract.terminated',
  'PAPAY.SIGN': 'contract.signed',
  'PAPAY.TERMINATE': 'contract.terminated',
  'CREDIT_REPAYMENT.SIGN_CONTRACT': 'contract.signed',
  'CREDIT_REPAYMENT.TERMINATE_CONTRACT': 'contract.terminated',
  'VEHICLE.ENTRANCE_STATE_CHANGE': 'parking.entrance_changed',
  'VEHICLE.USER_STATE_CHANGE': 'etc.binding_changed',
  'DISCOUNT_CARD.USER_ACCEPTED': 'discount_card.accepted',
  'DISCOUNT_CARD.GET_CARD': 'discount_card.accepted',
  'DISCOUNT_CARD.AGREEMENT_ENDED': 'discount_card.agreement_ended',
  'DISCOUNT_CARD.USER_PAID': 'discount_card.paid',
  'DISCOUNT_CARD.SETTLEMENT': 'discount_card.settled',
  'MALL_TRANSACTION.SUCCESS': 'business_circle.paid',
  'MALL_REFUND.SUCCESS': 'business_circle.refunded',
  'MALL_AUTH.ACTIVATE_CARD': 'business_circle.authorized',
  'FAPIAO.USER_APPLIED': 'fapiao.applied',
  'FAPIAO.ISSUED': 'fapiao.issued',
  'FAPIAO.CARD_INSERTED': 'fapiao.card_inserted',
  'FAPIAO.CARD_DISCARDED': 'fapiao.card_discarded',
  'FAPIAO.REVERSED': 'fapiao.reversed',
  'VIOLATION.PUNISH': 'violation.punished',
  'VIOLATION.INTERCEPT': 'violation.intercepted',
  'VIOLATION.APPEAL': 'violation.appealed',
  'RISKTRADE.IDENTIFICATION': 'risk_trade.identified',
  'MEMBERCARD.ACCEPT_CARD': 'member_card.accepted',
  'MEMBERCARD.ACTIVATE_CARD': 'member_card.activated',
  'MEMBERCARD.USERCARD_MANAGE': 'member_card.managed',
  'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE': 'brand_member_card.created',
  'MEMBERCARDSP.USER_CARD.CREATE': 'brand_member_card.created',
  'BRAND_MEMBER_CARD_SP.USER_CARD.DELETE': 'brand_member_card.deleted',
  'MEMBERCARDSP.USER_CARD.DELETE': 'brand_member_card.deleted',
  'BRAND_MEMBER_CARD_SP.SYNC_USER_POINT': 'brand_member_card.points_asked',
  'BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON': 'brand_member_card.points_exchanged',
  'SECURITY_ECHO.SUCCESS': 'security.echoed',
  'FUTURE.NEWS': 'kept',
};

const payV2: Readonly<Record<string, string>> = {
  'v2.payment': 'payment.succeeded',
  'v2.payment:coupons': 'payment.succeeded',
  'v2.payment:partner': 'payment.succeeded',
  'v2.payment:failed': 'kept',
  'v2.refund': 'refund.succeeded',
  'v2.refund:change': 'refund.abnormal',
  'v2.refund:closed': 'refund.closed',
  'v2.refund:partner': 'refund.succeeded',
  'v2.contract:signed': 'contract.signed',
  'v2.contract:terminated': 'contract.terminated',
};

const pushes: Readonly<Record<string, string>> = {
  subscribe_msg_popup_event: 'consent.answered',
  'subscribe_msg_popup_event:several': 'consent.answered',
  'subscribe_msg_popup_event:reject': 'consent.answered',
  subscribe_msg_change_event: 'consent.changed',
  subscribe_msg_sent_event: 'message.reported',
  'subscribe_msg_sent_event:failed': 'message.reported',
  notify_service_msg_send_result: 'service_card.failed',
  TEMPLATESENDJOBFINISH: 'template_message.reported',
  text: 'customer_service.message_received',
  image: 'customer_service.message_received',
  miniprogrampage: 'customer_service.message_received',
  user_enter_tempsession: 'customer_service.entered',
  user_authorization_revoke: 'user_data.revoked',
  user_authorization_cancellation: 'user_data.cancelled',
  user_info_modified: 'user_data.modified',
  'user_info_modified:lower-case': 'user_data.modified',
  trade_manage_remind_access_api: 'trade.access_reminded',
  trade_manage_remind_shipping: 'trade.shipping_reminded',
  'trade_manage_order_settlement:shipped': 'trade.shipped',
  trade_manage_order_settlement: 'trade.settled',
  wxa_trade_controlled: 'trade.access_reminded',
  add_express_path: 'parcel.moved',
  complaint_callback: 'trade_complaint.changed',

  retail_pay_notify: 'retail_payment.succeeded',
  retail_refund_notify: 'retail_refund.succeeded',
  xpay_goods_deliver_notify: 'virtual_payment.goods_paid',
  'xpay_goods_deliver_notify:apple': 'virtual_payment.goods_paid',
  xpay_coin_pay_notify: 'virtual_payment.coins_paid',
  xpay_refund_notify: 'virtual_payment.refund_succeeded',
  xpay_complaint_notify: 'virtual_payment.complained',
  xpay_wxpay_callback_notify: 'virtual_payment.risk_reported',
  xpay_subscribe_signing_result_notify: 'virtual_subscription.signed',
  xpay_subscribe_pay_fail_notify: 'virtual_subscription.charge_failed',
  xpay_apple_subscribe_signing_result_notify: 'virtual_subscription.signed',
  xpay_apple_subscribe_unsigning_result_notify: 'virtual_subscription.cancelled',
  xpay_subscribe_ios_refund_query_notify: 'virtual_payment.refund_asked',
  debug_demo: 'push.debugged',
  wxa_media_check: 'media.checked',
  weapp_audit_success: 'code_review.passed',
  weapp_audit_fail: 'code_review.failed',
  weapp_audit_delay: 'code_review.delayed',
  wxa_nickname_audit: 'nickname_review.decided',
  wxa_category_audit: 'category_review.decided',
  wxa_privacy_apply: 'privacy_review.decided',
  wxa_illegal_record: 'app_violation.recorded',
  wxa_appeal_record: 'app_violation.appealed',
  wxa_punish_event: 'app_violation.punished',
  wxa_comment_bad_score: 'comment.rated_badly',
  event_of_the_future: 'kept',
};

const namesOf = (specs: readonly { readonly name: string }[]) => specs.map(({ name }) => name).sort();

/** The one event that all of these jobs are about. */
function eventOf(jobs: readonly NewJob[]): string {
  const types = jobs.map(({ name, data }) => {
    checkNewJob({ name, id: 'checked', data } as NewJob);
    if (name === 'keep-callback') return 'kept';
    const { payment, refund, event } = data as unknown as Record<string, { type: string } | undefined>;
    return (payment ?? refund ?? event)?.type ?? '';
  });
  return [...new Set(types)].join(' and ');
}

describe('every callback of API v3', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig();
  });
  after(() => rig.close());

  it('is one that this test knows', () => {
    expect(Object.keys(payV3).sort()).to.deep.equal(namesOf(payEvents));
  });

  it('can be sent by the simulator, whatever event_type the receiver knows', () => {
    const sent = new Set(payEvents.map(({ eventType }) => eventType));
    expect(knownEventTypes.filter((eventType) => !sent.has(eventType))).to.deep.equal([]);
  });

  for (const [name, type] of Object.entries(payV3)) {
    it(`${name} is acknowledged, and becomes ${type}`, async () => {
      const receipt = await rig.simulator.sendEvent(name, { url: rig.urlOf('wechat-pay') });
      expect(receipt).to.include({ isAccepted: true, problem: '' });
      expect(eventOf(rig.takeJobs())).to.equal(type);
    });
  }

  it('of ten orders paid together is one job for each', async () => {
    await rig.simulator.sendEvent('TRANSACTION.SUCCESS:combine-ten', { url: rig.urlOf('wechat-pay') });
    expect(new Set(rig.takeJobs().map(({ id }) => id)).size).to.equal(10);
  });

  it('whether a contract may end is answered by what the merchant has set', async () => {
    const refusing = await createRig({ merchant: { contractTermination: 'refuse' } });
    try {
      const url = refusing.urlOf('wechat-pay');
      const receipt = await refusing.simulator.sendEvent('ENTRUST.TERMINATE_INQUIRY', { url });
      expect(receipt).to.deep.include({ status: 403 });
      expect(JSON.parse(receipt.answer)).to.include({ code: 'FAIL' });
      // Asked about all the same, though the status says no.
      expect(eventOf(refusing.takeJobs())).to.equal('contract.termination_asked');
    } finally {
      await refusing.close();
    }
  });
});

describe('every callback of API v2', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig();
  });
  after(() => rig.close());

  it('is one that this test knows', () => {
    expect(Object.keys(payV2).sort()).to.deep.equal(namesOf(v2Events));
  });

  for (const [name, type] of Object.entries(payV2)) {
    for (const signType of ['MD5', 'HMAC-SHA256'] as const) {
      for (const namesSignType of [true, false]) {
        it(`${name}, ${signType}${namesSignType ? '' : ' unnamed'}, is acknowledged to the character, and becomes ${type}`, async () => {
          const url = rig.urlOf('wechat-pay-v2');
          const receipt = await rig.simulator.sendV2(name, { url, signType, namesSignType });
          expect(receipt).to.include({ isAccepted: true, problem: '' });
          expect(eventOf(rig.takeJobs())).to.equal(type);
        });
      }
    }
  }

  it('is refused by a merchant without APIv2密钥', async () => {
    const without = await createRig({ merchant: { apiV2Key: undefined } });
    try {
      const receipt = await without.simulator.sendV2('v2.payment', { url: without.urlOf('wechat-pay-v2') });
      expect(receipt).to.include({ status: 401, isAccepted: false });
      expect(without.takeJobs()).to.deep.equal([]);
    } finally {
      await without.close();
    }
  });
});

describe('every push of a mini-program', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig();
  });
  after(() => rig.close());

  it('is one that this test knows', () => {
    expect(Object.keys(pushes).sort()).to.deep.equal(namesOf(pushEvents));
  });

  const modes: readonly [PushMode, string][] = [
    ['plaintext', ids.plainAppId],
    ['compatible', ids.safeAppId],
    ['safe', ids.safeAppId],
  ];
  for (const [name, type] of Object.entries(pushes)) {
    it(`${name} is accepted in every mode and format, and becomes ${type}`, async () => {
      for (const [mode, appId] of modes) {
        for (const format of ['json', 'xml'] as const) {
          const url = rig.urlOf('mini-program', appId);
          const receipt = await rig.simulator.sendPush(name, { appId, url, mode, format });
          expect(receipt, `${mode} ${format}`).to.include({ isAccepted: true, problem: '' });
          expect(eventOf(rig.takeJobs()), `${mode} ${format}`).to.equal(type);
        }
      }
    });
  }

  it('has its address taken, whose echostr comes back with nothing around it', async () => {
    for (const appId of [ids.safeAppId, ids.plainAppId]) {
      const check = await rig.simulator.checkPushAddress({ appId, url: rig.urlOf('mini-program', appId) });
      expect(check).to.include({ isVerified: true });
    }
    const url = rig.urlOf('mini-program', 'wx00000000unknown');
    const check = await rig.simulator.checkPushAddress({ appId: ids.safeAppId, url });
    expect(check).to.include({ isVerified: false });
  });

  it('that hands a message to people is answered so, in its format, encrypted where it was', async () => {
    const transferring = await createRig({ app: { customerService: 'transfer' } });
    try {
      for (const [mode, appId] of modes) {
        for (const format of ['json', 'xml'] as const) {
          const url = transferring.urlOf('mini-program', appId);
          const receipt = await transferring.simulator.sendPush('text', { appId, url, mode, format });
          expect(receipt, `${mode} ${format}`).to.include({ isAccepted: true });
          expect(receipt.reply, `${mode} ${format}`).to.deep.include({
            MsgType: 'transfer_customer_service',
          });
          expect(receipt.answer.includes('transfer_customer_service')).to.equal(mode === 'plaintext');
        }
      }
    } finally {
      await transferring.close();
    }
  });

  it('that asks whether Apple may refund is answered by the rule, in its format, encrypted where it was', async () => {
    for (const [mode, appId] of modes) {
      for (const format of ['json', 'xml'] as const) {
        const url = rig.urlOf('mini-program', appId);
        const name = 'xpay_subscribe_ios_refund_query_notify';
        const receipt = await rig.simulator.sendPush(name, { appId, url, mode, format });
        expect(receipt, `${mode} ${format}`).to.include({ isAccepted: true });
        expect(JSON.stringify(receipt.reply)).to.match(/"result_code":"?[01]"?/);
      }
    }
  });
});

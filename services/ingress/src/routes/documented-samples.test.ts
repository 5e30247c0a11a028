import { readdirSync, readFileSync } from 'node:fs';
import type { NewJob } from '@huidiao/queue';
import { encryptFrame, postMessage, signPush, toAesKey, toFrame } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createRig, ids, type Rig } from '../every-callback.fixture.test.ts';

const vectors = new URL('../../../../shared/wechat/test/vectors/', import.meta.url);
const resources = new URL('pay/v3-resource-samples/', vectors);

/** Sample, event_type, original_type, whose it is where it names somebody, and what it becomes. */
const samples: readonly [string, string, string, string, string][] = [
  [
    'cn/Transactions/TransactionResource',
    'TRANSACTION.SUCCESS',
    'transaction',
    '1230000109',
    'payment.succeeded',
  ],
  [
    'cn/_Partner/Transactions/PartnerTransactionResource',
    'TRANSACTION.SUCCESS',
    'transaction',
    '1230000109',
    'payment.succeeded',
  ],
  [
    'Global/Transactions/TransactionResource',
    'TRANSACTION.SUCCESS',
    'transaction',
    '10000100',
    'payment.succeeded',
  ],
  [
    'Global/_Partner/Transactions/PartnerTransactionResource',
    'TRANSACTION.SUCCESS',
    'transaction',
    '10000100',
    'payment.succeeded',
  ],
  [
    'cn/CombineTransactions/CombineTransactionResource',
    'TRANSACTION.SUCCESS',
    'transaction',
    '1900000109',
    'payment.succeeded',
  ],
  [
    'cn/Vehicle/VehicleTransactionResource',
    'TRANSACTION.SUCCESS',
    'transaction',
    '10000100',
    'debit.succeeded',
  ],
  [
    'cn/Vehicle/VehicleETCTransactionResource',
    'VEHICLE.USER_STATE_CHANGE',
    '',
    '10000098',
    'etc.binding_changed',
  ],
  [
    'cn/Vehicle/VehicleEntranceStateChangeResource',
    'VEHICLE.ENTRANCE_STATE_CHANGE',
    '',
    '10000100',
    'parking.entrance_changed',
  ],
  ['cn/Refund/RefundResource', 'REFUND.SUCCESS', 'refund', '1900000100', 'refund.succeeded'],
  ['cn/_Partner/Refund/PartnerRefundResource', 'REFUND.SUCCESS', 'refund', '1900000100', 'refund.succeeded'],
  ['Global/Refund/RefundResource', 'REFUND.SUCCESS', 'refund', '1900000100', 'refund.succeeded'],
  [
    'Global/_Partner/Refund/PartnerRefundResource',
    'REFUND.SUCCESS',
    'refund',
    '1900000100',
    'refund.succeeded',
  ],
  [
    'cn/ProfitSharing/ProfitSharingResource',
    'PROFITSHARING.SUCCESS',
    'profitsharing',
    '1900000100',
    'profit_sharing.succeeded',
  ],
  [
    'cn/_Partner/ProfitSharing/PartnerProfitSharingResource',
    'PROFITSHARING.RETURN',
    'profitsharing',
    '1900000100',
    'profit_sharing.returned',
  ],
  [
    'cn/MerchantTransfer/MerchantTransferBillFinishedResource',
    'MCHTRANSFER.BILL.FINISHED',
    'mch_payment',
    '1900001109',
    'transfer.finished',
  ],
  [
    'cn/MerchantTransfer/MerchantTransferQQWalletBillFinishedResource',
    'MCHTRANSFER.QQWALLETBILL.FINISHED',
    'mch_payment',
    '1900001109',
    'transfer.qq_wallet_finished',
  ],
  [
    'cn/MerchantTransfer/MerchantTransferBatchFinishedResource',
    'MCHTRANSFER.BATCH.FINISHED',
    'mch_payment',
    '2483775951',
    'transfer.batch_finished',
  ],
  [
    'cn/MerchantTransfer/MerchantTransferBatchClosedResource',
    'MCHTRANSFER.BATCH.CLOSED',
    'mch_payment',
    '2483775951',
    'transfer.batch_closed',
  ],
  [
    'cn/MerchantTransfer/MerchantTransferAuthorizationConfirmedResource',
    'MCHTRANSFER.AUTHORIZATION.CONFIRMED',
    'mch_payment',
    '',
    'transfer.authorization_confirmed',
  ],
  [
    'cn/_Partner/PlatformSolution/PlatformSolutionRechargeResource',
    'RECHARGE.SUCCESS',
    'recharge',
    '1900001109',
    'recharge.succeeded',
  ],
  [
    'cn/PayScore/PayScorePermissionsResource',
    'PAYSCORE.USER_OPEN_SERVICE',
    'payscore',
    '1230000109',
    'pay_score.permission_opened',
  ],
  [
    'cn/_Partner/PayScore/PayScorePartnerPermissionsResource',
    'PAYSCORE.USER_CLOSE_SERVICE',
    'payscore',
    '1230000109',
    'pay_score.permission_closed',
  ],
  [
    'cn/_AcquiringBank/AcquiringBank/PayScoreAcquiringBankPermissionsResource',
    'PAYSCORE.USER_CLOSE_SERVICE',
    'payscore',
    '1230000109',
    'pay_score.permission_closed',
  ],
  [
    'cn/PayScore/PayScoreServiceOrderResource',
    'PAYSCORE.USER_CONFIRM',
    'payscore',
    '1230000109',
    'pay_score.order_confirmed',
  ],
  [
    'cn/_Partner/PayScore/PayScorePartnerServiceOrderResource',
    'PAYSCORE.USER_PAID',
    'payscore',
    '1230000109',
    'pay_score.order_paid',
  ],
  [
    'cn/_AcquiringBank/AcquiringBank/PayScoreAcquiringBankServiceOrderResource',
    'PAYSCORE.USER_CONFIRM',
    'payscore',
    '1230000109',
    'pay_score.order_confirmed',
  ],
  [
    'cn/PayScore/PayScoreUserSignPlanResource',
    'PAYSCORE.USER_SIGN_PLAN',
    'payscore',
    '2480262201',
    'pay_score.plan_signed',
  ],
  [
    'cn/_Partner/PayScore/PayScorePartnerUserSignPlanResource',
    'PAYSCORE.USER_SIGN_PLAN',
    'payscore',
    '2480262201',
    'pay_score.plan_signed',
  ],
  ['cn/PAPay/PAPayEntrustResource', 'ENTRUST.SIGN', 'entrust', '1900000109', 'contract.signed'],
  [
    'cn/PAPay/PAPayInsuranceEntrustResource',
    'INSURANCE_ENTRUST.TERMINATE',
    'insurance_entrust',
    '1900000109',
    'contract.terminated',
  ],
  [
    'cn/_Partner/Ecommerce/EcommerceEntrustResource',
    'ECOMMERCE_ENTRUST.TERMINATE',
    '',
    '1230000109',
    'contract.terminated',
  ],
  ['cn/Education/EducationEntrustResource', 'ENTRUST.SIGNING', '', '', 'contract.signed'],
  ['Global/PAPay/PAPayContractResource', 'PAPAY.TERMINATE', '', '10000091', 'contract.terminated'],
  ['Global/_Partner/PAPay/PartnerPAPayContractResource', 'PAPAY.SIGN', '', '10000091', 'contract.signed'],
  ['cn/MarketingFavor/MarketingFavorCouponResource', 'COUPON.USE', 'coupon', '', 'coupon.used'],
  ['cn/MarketingBusifavor/MarketingBusifavorCouponResource', 'COUPON.SEND', 'busifavor', '', 'coupon.sent'],
  [
    'cn/_Partner/MarketingDeliveryPlan/MarketingPartnerDeliveryPlanResource',
    'DELIVERY_PLAN.CHANGE',
    'delivery_plan',
    '',
    'delivery_plan.changed',
  ],
  [
    'cn/MarketingMemberCardOpen/MarketingMemberCardResource',
    'MEMBERCARD.ACTIVATE_CARD',
    'membercard',
    '',
    'member_card.activated',
  ],
  [
    'cn/_Partner/BrandCardMember/BrandPartnerCardMemberUserCardResource',
    'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE',
    'user_card',
    '',
    'brand_member_card.created',
  ],
  [
    'cn/_Partner/BrandCardMember/BrandPartnerCardMemberUserPointResource',
    'BRAND_MEMBER_CARD_SP.SYNC_USER_POINT',
    'sync_user_point',
    '',
    'brand_member_card.points_asked',
  ],
  [
    'cn/_Partner/BrandCardMember/BrandPartnerCardMemberPointExchangeCouponResource',
    'BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON',
    'point_coupon',
    '',
    'brand_member_card.points_exchanged',
  ],
  ['cn/DiscountCard/DiscountCardResource', 'DISCOUNT_CARD.USER_ACCEPTED', '', '', 'discount_card.accepted'],
  ['cn/BusinessCircle/MallTransactionResource', 'MALL_TRANSACTION.SUCCESS', '', '', 'business_circle.paid'],
  ['cn/BusinessCircle/MallRefundResource', 'MALL_REFUND.SUCCESS', '', '', 'business_circle.refunded'],
  ['cn/BusinessCircle/MallAuthResource', 'MALL_AUTH.ACTIVATE_CARD', '', '', 'business_circle.authorized'],
  ['cn/MerchantService/ComplaintResource', 'COMPLAINT.CREATE', 'complaint', '', 'complaint.created'],
  ['cn/NewTaxControlFapiao/FapiaoResource', 'FAPIAO.ISSUED', '', '', 'fapiao.issued'],
  ['cn/Violation/ViolationResource', 'VIOLATION.PUNISH', 'violation', '', 'violation.punished'],
  [
    'cn/MerchantRiskManage/RiskTradeIdentificationResource',
    'RISKTRADE.IDENTIFICATION',
    '',
    '',
    'risk_trade.identified',
  ],
];

/** The one event that all of these jobs are about. */
function eventOf(jobs: readonly NewJob[]): string {
  const types = jobs.map(({ name, data }) => {
    const { payment, refund, event } = data as unknown as Record<string, { type: string } | undefined>;
    return (payment ?? refund ?? event)?.type ?? name;
  });
  return [...new Set(types)].join(' and ');
}

describe('what the official documents print of resources, sent over HTTP', () => {
  const mchIds = [...new Set(samples.map(([, , , mchId]) => mchId).filter((mchId) => mchId !== ''))];
  let rig: Rig;
  before(async () => {
    rig = await createRig({ moreMchIds: mchIds });
  });
  after(() => rig.close());

  it('is all of it', () => {
    const files = readdirSync(resources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replaceAll('\\', '/').replace('.json', ''));
    expect(samples.map(([path]) => path).sort()).to.deep.equal(files.sort());
  });

  for (const [path, eventType, originalType, whose, type] of samples) {
    it(`${path} as ${eventType} becomes ${type}`, async () => {
      const mchId = whose === '' ? ids.mchId : whose;
      const receipt = await rig.simulator.sendNotification({
        url: rig.urlOf('wechat-pay', mchId),
        mchId,
        eventType,
        ...(originalType !== '' && { originalType }),
        plaintext: readFileSync(new URL(`${path}.json`, resources), 'utf8'),
      });
      expect(receipt).to.deep.include({ outcome: 'answered', status: 204 });
      expect(eventOf(rig.takeJobs())).to.equal(type);
    });
  }
});

interface Shape {
  readonly name: string;
  readonly format: 'json' | 'xml';
  readonly body: string;
  readonly expected: { readonly Event?: string; readonly MsgType?: string };
}

describe('what is known of pushes as they were printed or seen, sent over HTTP', () => {
  const { cases } = JSON.parse(
    readFileSync(new URL('mini-program/15-event-shapes.json', vectors), 'utf8'),
  ) as { cases: readonly Shape[] };
  let rig: Rig;
  before(async () => {
    rig = await createRig();
  });
  after(() => rig.close());

  /** In safe mode, encrypted as it stands. */
  function push({ body, format }: Shape) {
    const { token, encodingAesKey } = rig.push;
    const Encrypt = encryptFrame(toFrame(body, ids.safeAppId, {}), toAesKey(encodingAesKey));
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1_000)), '1320562132'];
    const signature = signPush(token, timestamp, nonce, Encrypt);
    const query = `timestamp=${timestamp}&nonce=${nonce}&encrypt_type=aes&msg_signature=${signature}`;
    const sealed =
      format === 'json'
        ? JSON.stringify({ ToUserName: 'gh_1', Encrypt })
        : `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${Encrypt}]]></Encrypt></xml>`;
    const message = { headers: { 'Content-Type': 'text/plain' }, body: sealed };
    return postMessage(`${rig.urlOf('mini-program')}?${query}`, message, { limitMs: 5_000 });
  }

  for (const shape of cases) {
    it(`${shape.name} is taken, and is no dead letter`, async () => {
      const receipt = await push(shape);
      expect(receipt).to.deep.include({ outcome: 'answered', status: 200 });
      const jobs = rig.takeJobs();
      expect(jobs.map(({ name }) => name)).to.deep.equal(['apply-event']);
      const eventType = shape.expected.Event ?? shape.expected.MsgType;
      expect(jobs[0]?.data).to.deep.include({ eventType });
    });
  }
});

import type { EndpointName } from '@huidiao/contracts';
import { newOutTradeNo } from './merchant-api.fixture.test.ts';

/** A request that its endpoint's schemas take, with every field that it may have. */
export interface GoodRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

const appId = 'wx8888888888888888';
const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
const order = { params: { out_trade_no: 'no-such-order' } };
const refund = { params: { out_trade_no: 'no-such-order', out_refund_no: 'no-such-refund' } };
const combined = { params: { combine_out_trade_no: 'no-such-order' } };
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

/** One of each operation; what they name does not exist, so that nothing follows from them. */
export const goodRequests: Readonly<Record<EndpointName, () => GoodRequest>> = {
  createOrder: () => ({
    body: {
      appid: appId,
      out_trade_no: newOutTradeNo(),
      description: 'tea',
      amount: { total: 1, currency: 'CNY' },
      payer: { openid: openId },
      attach: 'shop-7',
      time_expire: soon(),
      goods_tag: 'tag',
      support_fapiao: true,
      detail: {
        cost_price: 1,
        invoice_id: '1',
        goods_detail: [
          { merchant_goods_id: '1', wechatpay_goods_id: '2', goods_name: 'tea', quantity: 1, unit_price: 1 },
        ],
      },
      scene_info: {
        payer_client_ip: '127.0.0.1',
        device_id: '1',
        store_info: { id: '1', name: 'shop', area_code: '440305', address: 'somewhere' },
      },
      settle_info: { profit_sharing: false },
      logistics_type: 3,
      prepay: false,
    },
  }),
  readOrder: () => order,
  listOrders: () => ({ query: { limit: '10' } }),
  queryOrder: () => order,
  closeOrder: () => order,
  signPayment: () => order,
  listCases: () => ({ query: { limit: '10' } }),
  readCase: () => ({ params: { case_id: 'no-such-case' } }),
  decideCase: () => ({
    params: { case_id: 'no-such-case' },
    body: { decision: 'hold', note: 'asked the buyer', decided_by: 'on call' },
  }),
  createCombinedOrder: () => ({
    body: {
      combine_appid: appId,
      combine_out_trade_no: newOutTradeNo(),
      scene_info: { payer_client_ip: '127.0.0.1', device_id: '1' },
      sub_orders: [0, 1].map(() => ({
        out_trade_no: newOutTradeNo(),
        description: 'tea',
        amount: { total: 1, currency: 'CNY' },
        attach: 'shop-7',
        goods_tag: 'tag',
        settle_info: { profit_sharing: false },
        logistics_type: 3,
      })),
      combine_payer_info: { openid: openId },
      time_expire: soon(),
    },
  }),
  readCombinedOrder: () => combined,
  closeCombinedOrder: () => combined,
  signCombinedPayment: () => combined,
  createShipment: () => ({
    ...order,
    body: {
      shipment_id: 's1',
      logistics_type: 1,
      delivery_mode: 1,
      is_all_delivered: true,
      items: [
        {
          tracking_no: 'SF1',
          express_company: 'SF',
          item_desc: 'tea',
          contact: { receiver_contact: '189****1234', consignor_contact: '189****1234' },
        },
      ],
      replaces: false,
    },
  }),
  remindReceipt: () => ({ ...order, body: { received_at: soon() } }),
  listCarriers: () => ({ query: { appid: appId } }),
  createRefund: () => ({
    ...order,
    body: {
      out_refund_no: newOutTradeNo(),
      transaction_id: '4200000000202611220000000001',
      amount: { refund: 1, currency: 'CNY' },
      reason: 'broken',
      goods_detail: [
        {
          merchant_goods_id: '1',
          wechatpay_goods_id: '2',
          goods_name: 'tea',
          unit_price: 1,
          refund_amount: 1,
          refund_quantity: 1,
        },
      ],
      funds_account: 'AVAILABLE',
    },
  }),
  readRefund: () => refund,
  settleAbnormalRefund: () => ({
    ...refund,
    body: {
      type: 'USER_BANK_CARD',
      bank_type: 'ICBC_DEBIT',
      bank_account: '6222020000000000',
      real_name: 'Li',
    },
  }),
  readBillProof: () => ({ params: { bill_date: '2020-01-01' } }),
  checkBill: () => ({ params: { bill_date: '2020-01-01' } }),
  createSession: () => ({ body: { appid: appId, code: 'no-such-code', mchid: '1900000001' } }),
  readSession: () => ({}),
  endSession: () => ({}),
  inspectSession: () => ({ body: { token: 'no-such-token' } }),
  updateProfile: () => ({
    body: {
      raw_data: '{}',
      signature: '0'.repeat(40),
      encrypted_data: 'AAAA',
      iv: 'AAAAAAAAAAAAAAAAAAAAAA==',
    },
  }),
  readPhoneNumber: () => ({ body: { code: 'no-such-code' } }),
  createMessages: () => ({
    body: {
      messages: [
        {
          idempotency_key: newOutTradeNo(),
          appid: appId,
          channel: 'subscribe',
          touser: openId,
          template_id: 'no-such-template',
          data: { thing1: { value: 'tea' } },
          page: 'pages/order',
          miniprogram_state: 'formal',
          lang: 'zh_CN',
          send_at: soon(),
          useful_until: new Date(Date.now() + 7_200_000).toISOString(),
        },
      ],
    },
  }),
  readMessage: () => ({ params: { message_id: '0'.repeat(32) } }),
  cancelMessage: () => ({ params: { message_id: '0'.repeat(32) } }),
  reportConsents: () => ({ body: { answers: { 'no-such-template': 'accept' } } }),
};

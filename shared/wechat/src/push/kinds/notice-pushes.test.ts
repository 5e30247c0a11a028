import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTime, expectPush, fromUser, keyOf, type PushCase } from '../push.fixture.test.ts';

const mediaCheck = {
  Event: 'wxa_media_check',
  appid: 'wx8f16a5be77871234',
  trace_id: '60f96f1d-3845297a-1976a3ae',
  version: 2,
  detail: [
    { strategy: 'content_model', errcode: 0, suggest: 'pass', label: 100, prob: 90 },
    { strategy: 'keyword', errcode: 0, suggest: 'pass', label: 100, prob: 90 },
  ],
  errcode: 0,
  errmsg: 'ok',
  result: { suggest: 'pass', label: 100 },
};

const parcel = {
  Event: 'ADD_EXPRESS_PATH',
  DeliveryID: 'SF',
  WayBillId: '123456789',
  OrderId: '123456',
  Version: 3,
  Count: 2,
  Lat: '23.1',
  Lng: '113.3',
  Actions: [
    { ActionTime: 1_763_776_700, ActionType: 100_001, ActionMsg: 'a name, a telephone number' },
    { ActionTime: 1_763_776_760, ActionType: 300_003, ActionMsg: 'a name' },
  ],
};

const cases: readonly PushCase[] = [
  {
    fields: { Event: 'debug_demo', debug_str: 'hello world' },
    event: { type: 'push.debugged', text: 'hello world' },
  },
  {
    fields: {
      Event: 'notify_service_msg_send_result',
      openid: 'oUser',
      notify_code: 'p1.4200002043202311087295582095',
      notify_type: 2006,
      card_status: 4,
      fail_ret: -1004,
      fail_msg: 'user reject message ',
    },
    event: {
      type: 'service_card.failed',
      openId: 'oUser',
      notifyCode: 'p1.4200002043202311087295582095',
      notifyType: '2006',
      cardStatus: '4',
      failRet: '-1004',
      message: 'user reject message',
    },
    key: 'p1.4200002043202311087295582095|4',
  },
  {
    fields: mediaCheck,
    event: {
      type: 'media.checked',
      traceId: '60f96f1d-3845297a-1976a3ae',
      errCode: '0',
      suggest: 'pass',
      label: '100',
    },
    key: '60f96f1d-3845297a-1976a3ae',
  },
  {
    fields: parcel,
    event: {
      type: 'parcel.moved',
      deliveryId: 'SF',
      waybillId: '123456789',
      orderId: '123456',
      version: '3',
      actions: [
        { actionType: '100001', occurredAt: '2025-11-22T01:58:20.000Z' },
        { actionType: '300003', occurredAt: '2025-11-22T01:59:20.000Z' },
      ],
    },
    key: '123456789|3',
  },
  {
    fields: {
      Event: 'complaint_callback',
      BussiCallBackInfo: {
        appid: 'wx8888888888888888',
        option_type: 1,
        complaint_order_id: 'c1',
        status: 201,
        create_time: 1_763_776_700,
        expire_time: '2025-11-24 09:58:20',
        type: 2,
        order_id: '4200002043202311087295582095',
        out_trade_no: 'order_20261122',
        phone_number: 'a telephone number',
        open_id: 'oUser',
        customer_material_content: 'what the user wrote',
        customer_material_media_id_list: ['a', 'b'],
        pay_time: 1_763_776_600,
        total_cost: 100,
        product_name: 'a product',
        history: [
          { time: 1_763_776_700, content: 'a', media_id_list: '' },
          { time: 1_763_776_701, content: 'b', media_id_list: '' },
        ],
      },
    },
    event: {
      type: 'trade_complaint.changed',
      complaintOrderId: 'c1',
      change: '1',
      status: '201',
      subject: '2',
      openId: 'oUser',
      transactionId: '4200002043202311087295582095',
      outTradeNo: 'order_20261122',
      totalCost: '100',
      createdAt: '2025-11-22T01:58:20.000Z',
      expiresAt: '2025-11-24T01:58:20.000Z',
      paidAt: '2025-11-22T01:56:40.000Z',
    },
  },
  {
    fields: { Event: 'wxa_comment_bad_score', result: { comment_id: '2272502024443330610' } },
    event: { type: 'comment.rated_badly', commentId: '2272502024443330610' },
  },
  {
    fields: { Event: 'TEMPLATESENDJOBFINISH', MsgID: '3487542469355618313', Status: 'failed:user block' },
    event: {
      type: 'template_message.reported',
      openId: fromUser,
      msgId: '3487542469355618313',
      status: 'failed:user block',
    },
  },
];

describe('pushes of other kinds', () => {
  for (const push of cases) {
    it(`by ${push.fields.Event} are ${push.event.type}`, () => expectPush(push));
  }

  it('of two checked pictures within a second are two facts', () => {
    expect(keyOf({ ...mediaCheck, trace_id: '60f96f1d-3845297a-1976a3af' })).not.to.equal(keyOf(mediaCheck));
    expect(keyOf({ ...mediaCheck, CreateTime: createTime + 9 })).to.equal(keyOf(mediaCheck));
  });

  it('that lack what tells them apart are told apart by their bodies', () => {
    const { trace_id, ...nameless } = mediaCheck;
    expect(trace_id).to.be.a('string');
    expect(keyOf(nameless)).to.match(/_wxa_media_check_[0-9a-f]{64}$/);
    expect(keyOf({ ...nameless, errcode: -1008 })).not.to.equal(keyOf(nameless));
  });

  it('of a parcel are one fact for each version of its way', () => {
    expect(keyOf({ ...parcel, Version: 4 })).not.to.equal(keyOf(parcel));
  });

  it('of a parcel with one station have that one', () =>
    expectPush({
      fields: { ...parcel, Actions: { ActionTime: 1_763_776_700, ActionType: 100_001, ActionMsg: 'a' } },
      event: {
        type: 'parcel.moved',
        deliveryId: 'SF',
        waybillId: '123456789',
        orderId: '123456',
        version: '3',
        actions: [{ actionType: '100001', occurredAt: '2025-11-22T01:58:20.000Z' }],
      },
      key: '123456789|3',
    }));
});

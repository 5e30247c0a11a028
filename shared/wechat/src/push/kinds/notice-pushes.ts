import { type PushKinds, type ReadPush, toCandidate } from '../push-kind.ts';

/** What belongs to no family: results of checks and sendings, parcels, complaints, comments. */
export const noticePushes: PushKinds = {
  debug_demo: {
    toEvent: ({ base, fields }) => toCandidate('push.debugged', { ...base, text: fields.prose('debug_str') }),
  },
  notify_service_msg_send_result: {
    toEvent: toServiceCardFailed,
    toKeyParts: ({ fields }) => [fields.text('notify_code'), fields.text('card_status')],
  },
  wxa_media_check: {
    toEvent: ({ base, fields }) =>
      toCandidate('media.checked', {
        ...base,
        traceId: fields.text('trace_id'),
        errCode: fields.text('errcode'),
        suggest: fields.fields('result').text('suggest'),
        label: fields.fields('result').text('label'),
      }),
    toKeyParts: ({ fields }) => [fields.text('trace_id')],
  },
  add_express_path: {
    toEvent: toParcelMoved,
    toKeyParts: ({ fields }) => [fields.text('WayBillId'), fields.text('Version')],
  },
  complaint_callback: { toEvent: toComplaintChanged },
  wxa_comment_bad_score: {
    toEvent: ({ base, fields }) =>
      toCandidate('comment.rated_badly', { ...base, commentId: fields.fields('result').text('comment_id') }),
  },
  templatesendjobfinish: {
    toEvent: ({ base, fields }) =>
      toCandidate('template_message.reported', {
        ...base,
        openId: fields.text('FromUserName'),
        msgId: fields.text('MsgID'),
        status: fields.text('Status')?.slice(0, 256),
      }),
  },
};

function toServiceCardFailed({ base, fields }: ReadPush) {
  return toCandidate('service_card.failed', {
    ...base,
    openId: fields.text('openid'),
    notifyCode: fields.text('notify_code'),
    notifyType: fields.text('notify_type'),
    cardStatus: fields.text('card_status'),
    failRet: fields.text('fail_ret'),
    message: fields.prose('fail_msg'),
  });
}

/** ActionMsg is left out: carriers write names and telephone numbers into it. */
function toParcelMoved({ base, fields }: ReadPush) {
  return toCandidate('parcel.moved', {
    ...base,
    deliveryId: fields.text('DeliveryID'),
    waybillId: fields.text('WayBillId'),
    orderId: fields.text('OrderId'),
    version: fields.text('Version'),
    actions: fields
      .items('Actions')
      .slice(-500)
      .map((action) => ({
        actionType: action.text('ActionType'),
        occurredAt: action.seconds('ActionTime'),
      })),
  });
}

function toComplaintChanged({ base, fields }: ReadPush) {
  const complaint = fields.fields('BussiCallBackInfo');
  const time = (name: string) => complaint.seconds(name) ?? complaint.clockTime(name);
  return toCandidate('trade_complaint.changed', {
    ...base,
    complaintOrderId: complaint.text('complaint_order_id'),
    change: complaint.text('option_type'),
    status: complaint.text('status'),
    subject: complaint.text('type'),
    openId: complaint.text('open_id'),
    transactionId: complaint.text('order_id'),
    outTradeNo: complaint.text('out_trade_no'),
    totalCost: complaint.text('total_cost'),
    createdAt: time('create_time'),
    expiresAt: time('expire_time'),
    paidAt: time('pay_time'),
  });
}

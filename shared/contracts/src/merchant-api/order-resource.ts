import { z } from 'zod';
import { refundId } from '../events/refund-events.ts';
import { appId, mchId, outTradeNo, transactionId } from '../ids.ts';
import { toldAmount, toldRefundAmount } from './amount.ts';
import { attach, description } from './create-order-request.ts';
import { logisticsType } from './logistics-type.ts';
import { createdOrder } from './order-example.ts';
import { refundResource } from './refund-resource.ts';
import { shipmentResource } from './shipment-resource.ts';
import { instant, told, wechatTime } from './told.ts';

export const orderStatuses = ['created', 'paid', 'accepted', 'fulfilled', 'closed'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const orderStatus = z.enum(orderStatuses).meta({
  id: 'OrderStatus',
  description:
    '`created`: not paid so far. `paid`: the shop was not told yet, or has not accepted. `accepted`: the shop answered the webhook with 2xx. `fulfilled`: nothing is left to deliver. `closed`: nobody can pay it any more.',
  examples: ['accepted'],
});

export const holdReasons = ['refund_seen', 'refunded', 'check', 'late'] as const;

export const holdReason = z.enum(holdReasons).meta({
  id: 'HoldReason',
  description:
    'Why a paid order is not delivered. `refund_seen`: a refund came before the delivery; a person decides. `refunded`: all of it was given back. `check`: verify-callback bought it. `late`: it was paid after it was closed, and is being refunded.',
});

export const timeLineEntry = z
  .object({
    at: instant('When.'),
    event: z.string().meta({
      description:
        'What, such as created, prepaid, paid, accepted, fulfilled, closed, released, refund.requested, shipment.created, message.sent, case.decided. More may be added.',
      examples: ['paid'],
    }),
  })
  .loose()
  .meta({
    id: 'TimeLineEntry',
    description: 'What happened to an order, with facts by event, such as transaction_id.',
  });

const toldRefund = z
  .strictObject({
    refund_id: told(refundId),
    out_refund_no: z.string().describe('商户退款单号; of a refund of the console made by WeChat Pay.'),
    transaction_id: told(transactionId)
      .optional()
      .describe('Of the payment that it gives back, where that is not the one that paid the order.'),
    status: z
      .enum(['SUCCESS', 'ABNORMAL', 'CLOSED'])
      .describe(
        "WeChat's own word: SUCCESS; CLOSED: nothing was given back; ABNORMAL, which is not final: the money could not be returned so far.",
      ),
    amount: toldRefundAmount,
    success_time: wechatTime('When the money was returned.').optional(),
    recorded_at: instant('When it was recorded here.'),
  })
  .meta({
    id: 'OrderRefund',
    description: 'A refund that WeChat Pay told of, from wherever it was asked for.',
  });

const shipping = z
  .strictObject({
    reminded_at: instant('WeChat reminded the merchant to ship.').optional(),
    shipped_at: instant('It was shipped, as WeChat says.').optional(),
    estimated_settlement_at: instant('When WeChat expects to settle it.').optional(),
    signed_at: instant('The express company says that the parcel was signed for.').optional(),
    receipt_reminded_at: instant('WeChat was asked to remind the buyer of the receipt.').optional(),
  })
  .meta({
    id: 'OrderShipping',
    description: "What WeChat's order management (发货信息管理) says of the delivery.",
  });

const settlement = z
  .strictObject({
    settled_at: instant('When the money came to the merchant.'),
    confirm_received_at: instant('When the receipt was confirmed (确认收货).').optional(),
    confirm_receive_method: z
      .string()
      .optional()
      .describe(
        'How it was, as WeChat wrote it: by its documents 1 is by hand and 2 by itself; merchants report them swapped.',
      ),
  })
  .meta({ id: 'Settlement', description: 'That the money of the order was settled (结算).' });

const pendingEffect = z
  .strictObject({
    job: z.string().meta({
      description:
        'What is to be done, such as fulfil-order, make-refund, upload-shipment, send-subscribe-message.',
      examples: ['send-subscribe-message'],
    }),
    due_at: instant('When it is looked at next, at the latest.'),
  })
  .meta({ id: 'PendingEffect', description: 'Something that the order still waits for.' });

/** As the order shows it: a session is told neither who asked for it nor how often WeChat Pay was asked. */
const refundOfOrder = refundResource
  .partial({ attempts: true, requested_by: true })
  .meta({ ...refundResource.meta(), id: 'RefundOfOrder', description: 'A refund that was asked for here.' });

/** An order: `order` in the answer of `POST /v1/orders`, and most of that of `GET /v1/orders/{out_trade_no}`. */
export const orderResource = z
  .strictObject({
    mchid: told(mchId),
    appid: told(appId).describe('The app that the buyer pays in; of a service provider sp_appid.'),
    sub_mchid: told(mchId).optional().describe("子商户号, of a service provider's order."),
    sub_appid: told(appId).optional().describe('The app of that merchant.'),
    out_trade_no: told(outTradeNo),
    combine_out_trade_no: told(outTradeNo)
      .optional()
      .describe('The combined order that this is a part of (合单商户订单号).'),
    status: orderStatus,
    description: told(description),
    amount: toldAmount,
    logistics_type: logisticsType,
    attach: told(attach).optional(),
    time_expire: instant('Until when it can be paid.'),
    transaction_id: told(transactionId).optional(),
    paid_at: instant('When it was paid.').optional(),
    created_at: instant('When it was registered.'),
    held: holdReason.optional(),
    refunds: z
      .array(toldRefund)
      .describe("What became of its refunds, also of those made in the merchant platform's console."),
    refund_requests: z
      .array(refundOfOrder)
      .describe('The refunds that were asked for here, oldest first, and how far they have come.'),
    shipping: shipping.optional(),
    shipments: z.array(shipmentResource).describe('What was shipped, oldest first.'),
    settlement: settlement.optional(),
    pending: z.array(pendingEffect).describe('What the order still waits for.'),
    time_line: z.array(timeLineEntry).describe('What happened to it, oldest first.'),
  })
  .meta({
    id: 'Order',
    description: "An order as the merchant sees it. The buyer's openid is left out.",
    examples: [createdOrder],
  });
export type OrderResource = z.infer<typeof orderResource>;

/** A callback about an order, as the ledger has it: one entry per fact, however often WeChat sent it. */
export const orderCallback = z
  .strictObject({
    notification_id: z.string().meta({
      description:
        'Id of the notification (通知ID); `query` or `bill` where no callback told of it, but a query (查单) or the bill of the day.',
      examples: ['EV-2027010510001200001'],
    }),
    event_type: z
      .string()
      .meta({ description: "WeChat's own name of it.", examples: ['TRANSACTION.SUCCESS'] }),
    outcome: z
      .string()
      .meta({ description: 'What came of it, such as paid or already_applied.', examples: ['paid'] }),
    first_received_at: instant('When it came for the first time.'),
    last_received_at: instant('When it came last.'),
    times: z
      .number()
      .int()
      .meta({ description: 'How often it was worked on.', examples: [1] }),
    request_id: z.string().meta({
      description: 'Of the ingress, to be found in its log.',
      examples: ['0b6c2c4e-5f0e-4a53-9f0c-8a6f5a0b7d11'],
    }),
  })
  .meta({
    id: 'OrderCallback',
    description: 'A fact that WeChat told of an order, however often it sent it.',
  });
export type OrderCallback = z.infer<typeof orderCallback>;

import type { PaymentSucceeded } from '@huidiao/contracts';
import type { Order } from './order.ts';

/**
 * What a callback said of a payment of an order, as far as the order keeps it; nobody's openid. By default of the payment
 * that paid it. Pure.
 */
export function toPaymentFact(
  order: Order,
  { transactionId = order.transactionId ?? '', amountFen = order.amountFen }: PaymentFigures = {},
): PaymentSucceeded {
  const { mchId, appId, outTradeNo, currency, payment } = order;
  const subMchId = order.subMchId ?? payment?.subMchId;
  const { tradeType = 'JSAPI', successTime } = payment ?? {};
  return {
    type: 'payment.succeeded',
    mchId,
    appId,
    ...(subMchId !== undefined && { subMchId }),
    outTradeNo,
    transactionId,
    amountFen,
    currency,
    tradeType,
    ...(payment?.transactionId === transactionId && successTime !== undefined && { successTime }),
  };
}

interface PaymentFigures {
  readonly transactionId?: string;
  readonly amountFen?: number;
}

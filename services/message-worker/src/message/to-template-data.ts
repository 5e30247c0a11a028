import {
  fillPlaceholders,
  fitTemplateValue,
  type MessagePlaceholder,
  type MessageTemplate,
} from '@huidiao/contracts';

/** What the placeholders of a message stand for. */
export interface MessageFacts {
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly description: string;
  readonly amountFen: number;
  readonly paidAt: Date;
  /** Of `order_shipped`; goods that no express company brings have no number. */
  readonly shipment?: {
    readonly trackingNo: string | undefined;
    readonly expressCompany: string | undefined;
    readonly shippedAt: Date;
  };
  /** Of `refund_succeeded`. */
  readonly refund?: {
    readonly outRefundNo: string;
    readonly refundFen: number;
    readonly refundedAt: Date;
  };
}

/** Keyword (thing1, amount2, …) → the text that goes to WeChat, within the limits of the keyword's kind. */
export function toTemplateData(template: MessageTemplate, facts: MessageFacts): Record<string, string> {
  const values = toPlaceholderValues(facts);
  const data = Object.entries(template.data).map(([keyword, text]) => [
    keyword,
    fitTemplateValue(
      keyword,
      fillPlaceholders(text, (name) => values.get(name)),
    ),
  ]);
  return Object.fromEntries(data);
}

/** The page or address that the message opens, each placeholder percent-encoded. */
export function toTemplatePage(template: MessageTemplate, facts: MessageFacts): string | undefined {
  const values = toPlaceholderValues(facts);
  return (
    template.page &&
    fillPlaceholders(template.page, (name) => {
      const value = values.get(name);
      return value === undefined ? undefined : encodeURIComponent(value);
    })
  );
}

/** What the order does not have is empty. */
function toPlaceholderValues(facts: MessageFacts): ReadonlyMap<string, string> {
  const { shipment, refund } = facts;
  const values: Record<MessagePlaceholder, string> = {
    out_trade_no: facts.outTradeNo,
    transaction_id: facts.transactionId,
    description: facts.description,
    amount_yuan: toYuan(facts.amountFen),
    paid_at: toBeijingTime(facts.paidAt),
    tracking_no: shipment?.trackingNo ?? '',
    express_company: shipment?.expressCompany ?? '',
    shipped_at: shipment === undefined ? '' : toBeijingTime(shipment.shippedAt),
    out_refund_no: refund?.outRefundNo ?? '',
    refund_amount_yuan: refund === undefined ? '' : toYuan(refund.refundFen),
    refunded_at: refund === undefined ? '' : toBeijingTime(refund.refundedAt),
  };
  return new Map(Object.entries(values));
}

/** Fen to yuan with two decimals, by integers alone: 1 → `0.01`. */
export function toYuan(amountFen: number): string {
  const digits = String(amountFen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** China has had one time zone and no summer time since 1991. */
const beijingOffsetMs = 8 * 60 * 60 * 1_000;

/** `2019年10月1日 15:01`, a form that WeChat names for `time` and for `date`. */
export function toBeijingTime(moment: Date): string {
  const shifted = new Date(moment.getTime() + beijingOffsetMs);
  const time = shifted.toISOString().slice(11, 16);
  return `${shifted.getUTCFullYear()}年${shifted.getUTCMonth() + 1}月${shifted.getUTCDate()}日 ${time}`;
}

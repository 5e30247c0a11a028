import { type Merchant, type RefundEvent, refundTypes } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';

/** A refund as WeChat Pay answers a query for it. PROCESSING: nothing became of it so far. */
export interface QueriedRefund {
  readonly status: 'SUCCESS' | 'CLOSED' | 'PROCESSING' | 'ABNORMAL';
  readonly refundId: string;
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly refundFen: number;
  readonly totalFen: number;
  /** RFC 3339, as WeChat wrote it. */
  readonly successTime?: string | undefined;
}

export interface RefundQueries {
  /**
   * Asks WeChat Pay about a refund.
   * @throws AppError WECHAT_NOT_FOUND where WeChat Pay has no such refund, WECHAT_*, STORE_UNAVAILABLE
   */
  query(merchant: Merchant, refund: Pick<RefundEvent, 'outRefundNo' | 'subMchId'>): Promise<QueriedRefund>;
}

/** A refund that WeChat Pay itself has not finished yet is looked at again. */
const notFinishedPauseMs = 60_000;

/**
 * A refund notification of API v2 is encrypted with a key that others may know, and not signed. It counts only once a
 * query, whose answer is signed, agrees: the same numbers, the same figures, and a state that may have followed the
 * one that we were told. What the query says is what is given.
 *
 * @throws AppError REFUND_NOT_CONFIRMED: permanent where WeChat Pay says otherwise, transient while it has not finished
 * the refund; and what the query throws
 */
export async function confirmRefund(
  queries: RefundQueries,
  merchant: Merchant,
  told: RefundEvent,
): Promise<RefundEvent> {
  const queried = await queries.query(merchant, told).catch(toNotConfirmed(told));
  if (!isSameRefund(queried, told)) throw notConfirmed(told, queried);
  if (queried.status === 'PROCESSING') {
    const details = { refundId: told.refundId, status: queried.status };
    throw new AppError('REFUND_NOT_CONFIRMED', {
      kind: 'transient',
      retryAfterMs: notFinishedPauseMs,
      details,
    });
  }
  // ABNORMAL may have become something else since; nothing follows SUCCESS or CLOSED.
  const type = refundTypes[queried.status];
  if (type !== told.type && told.type !== 'refund.abnormal') throw notConfirmed(told, queried);
  return { ...told, type };
}

function isSameRefund(queried: QueriedRefund, told: RefundEvent): boolean {
  return (
    queried.refundId === told.refundId &&
    queried.outTradeNo === told.outTradeNo &&
    queried.transactionId === told.transactionId &&
    queried.refundFen === told.refundFen &&
    queried.totalFen === told.totalFen
  );
}

function toNotConfirmed(told: RefundEvent) {
  return (error: unknown): never => {
    const failure = toAppError(error);
    if (failure.code === 'WECHAT_NOT_FOUND') throw notConfirmed(told, undefined, failure);
    throw failure;
  };
}

function notConfirmed(told: RefundEvent, queried: QueriedRefund | undefined, cause?: AppError): AppError {
  const details = {
    outTradeNo: told.outTradeNo,
    outRefundNo: told.outRefundNo,
    toldType: told.type,
    toldRefundId: told.refundId,
    toldTransactionId: told.transactionId,
    toldRefundFen: told.refundFen,
    toldTotalFen: told.totalFen,
    queriedStatus: queried?.status ?? 'NOT_FOUND',
    queriedOutTradeNo: queried?.outTradeNo,
    queriedRefundId: queried?.refundId,
    queriedTransactionId: queried?.transactionId,
    queriedRefundFen: queried?.refundFen,
    queriedTotalFen: queried?.totalFen,
  };
  return new AppError('REFUND_NOT_CONFIRMED', { details, cause });
}

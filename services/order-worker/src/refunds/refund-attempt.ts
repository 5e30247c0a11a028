import type { Clock, JobData, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { AppError, type ErrorCode } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';
import type { NamedRefund, NextRun, Order, OrderRefundRequest, RefundMove, Store } from '@huidiao/store';
import type { RefundRequest } from '@huidiao/wechat';
import type { QueriedRefund, RefundQueries } from './confirm-refund.ts';
import type { RefundPayee } from './payee.ts';
import type { RefundPace } from './refund-pace.ts';
import type { SettleRefundDeps } from './settle-refund.ts';

/** What it takes to ask WeChat Pay for refunds, for one merchant. */
export interface RefundMaker {
  createRefund(refund: RefundRequest): Promise<QueriedRefund>;
}

export interface MakeRefundDeps extends SettleRefundDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'deadLetters' | 'turns'>;
  readonly refundClients: { of(merchant: Merchant): RefundMaker };
  readonly refundQueries: RefundQueries;
  readonly directory: MerchantDirectory;
  readonly pace: RefundPace;
  readonly clock: Clock;
}

/** One attempt at one refund, with the order as it was read. */
export interface RefundAttempt {
  readonly deps: MakeRefundDeps;
  readonly job: JobData<'make-refund'>;
  readonly attempt: Pick<JobAttempt, 'jobId' | 'lane'>;
  /** Of the order; its shop is told. */
  readonly merchant: Merchant;
  /** Who gives the money back. */
  readonly payee: RefundPayee;
  readonly order: Order;
  readonly request: OrderRefundRequest;
}

/** The numbers under which a refund is found in the store. */
export function toNamed({ order, request }: RefundAttempt): NamedRefund {
  return { mchId: order.mchId, outTradeNo: order.outTradeNo, outRefundNo: request.outRefundNo };
}

/** The facts that log lines, alarms and dead letters name a refund by. */
export function toRefundFacts(one: RefundAttempt) {
  const { transactionId, refundFen } = one.request;
  return { ...toNamed(one), transactionId, refundFen };
}

/** Lets the job run again after a while, at no cost in Redis: its effect stays in the order, due at that time. */
export function toNextRun({ deps, job, attempt }: RefundAttempt, inMs: number): NextRun {
  const dueAt = new Date(deps.clock.now().getTime() + inMs);
  return { dueAt, requestId: job.requestId, lane: attempt.lane };
}

/** Moves the refund on, unless somebody else did. */
export async function move(one: RefundAttempt, change: RefundMove): Promise<string> {
  const moved = await one.deps.store.orders.moveRefund(toNamed(one), change);
  return moved === undefined ? 'overtaken' : change.to;
}

/** An error that names the refund; becomes a dead letter. */
export function toRefundError(one: RefundAttempt, code: ErrorCode, remoteCode?: string): AppError {
  return new AppError(code, { details: { ...toRefundFacts(one), remoteCode } });
}

/** What WeChat Pay has under the number of the refund; undefined where it has none. @throws AppError WECHAT_* */
export async function lookUp(one: RefundAttempt): Promise<QueriedRefund | undefined> {
  const { deps, payee, request } = one;
  const { outRefundNo } = request;
  const { merchant, subMchId } = payee;
  try {
    return await deps.refundQueries.query(merchant, { outRefundNo, subMchId });
  } catch (error) {
    if (error instanceof AppError && error.code === 'WECHAT_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Whether WeChat Pay's refund is this one: a number is the merchant's, not the order's, and may be used elsewhere. */
export function isThisRefund({ order, request }: RefundAttempt, queried: QueriedRefund): boolean {
  return (
    queried.outTradeNo === order.outTradeNo &&
    queried.transactionId === request.transactionId &&
    queried.refundFen === request.refundFen &&
    queried.totalFen === request.totalFen
  );
}

import { isPastPayment, type OrderAnswer, type QueriedDates } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { notThere, toFailureCode } from './ask-about-order.ts';
import type { CombinedToClose } from './combined-order.ts';
import type { OrderCalls } from './order-calls.ts';
import type { QueriedParts, QueriedTransaction } from './queried-transaction.ts';

/** What asks about a combined order. */
export type CombinedQueryingClient = Pick<OrderCalls, 'queryCombined' | 'closeCombined'>;

/** A combined order as far as WeChat Pay is asked about it. */
export interface AskedCombined extends CombinedToClose, QueriedDates {}

/** What WeChat Pay says of each part, by its out_trade_no. */
export type PartAnswers = ReadonlyMap<string, OrderAnswer>;

/**
 * Asks WeChat Pay what became of a combined order, and ends it once nobody can pay any more: one call, or three, for all
 * of its parts. Each part is answered by the table of askAboutOrder; only the whole can be closed.
 *
 * @throws AppError WECHAT_*: nothing is known then
 */
export async function askAboutCombined(
  client: CombinedQueryingClient,
  combined: AskedCombined,
  now: Date,
): Promise<PartAnswers> {
  const first = await query(client, combined);
  if (!isPastPayment(combined, now)) return toAnswers(combined, first, toOpen);
  return isSettled(combined, first)
    ? toAnswers(combined, first, toOpen)
    : await closeAndAskAgain(client, combined);
}

/** Only asks, as queryOrder. @throws AppError WECHAT_* */
export async function queryCombined(
  client: Pick<CombinedQueryingClient, 'queryCombined'>,
  combined: AskedCombined,
): Promise<PartAnswers> {
  return toAnswers(combined, await query(client, combined), toOpen);
}

/** Ends a combined order although it could still be paid, as endOrder. @throws AppError WECHAT_*: nothing is known then */
export async function endCombined(
  client: CombinedQueryingClient,
  combined: AskedCombined,
): Promise<PartAnswers> {
  const first = await query(client, combined);
  return isSettled(combined, first)
    ? toAnswers(combined, first, toOpen)
    : await closeAndAskAgain(client, combined);
}

async function closeAndAskAgain(
  client: CombinedQueryingClient,
  combined: AskedCombined,
): Promise<PartAnswers> {
  const closeErrorCode = await toFailureCode(client.closeCombined(combined));
  const second = await query(client, combined);
  return toAnswers(combined, second, (part) =>
    part === undefined
      ? { state: 'ended', tradeState: notThere }
      : { ...toOpen(part), ...(closeErrorCode === undefined ? {} : { closeErrorCode }) },
  );
}

/** A whole that was paid, if only in one part, cannot be closed any more. */
function isSettled({ parts }: AskedCombined, found: QueriedParts): boolean {
  const states = parts.map(({ outTradeNo }) => found.get(outTradeNo)?.state);
  return states.includes('paid') || states.every((state) => state === 'closed');
}

type Unpaid = Exclude<QueriedTransaction, { state: 'paid' }>;

function toAnswers(
  { parts }: AskedCombined,
  found: QueriedParts,
  toUnsettled: (part: Unpaid | undefined) => OrderAnswer,
): PartAnswers {
  return new Map(
    parts.map(({ outTradeNo }) => {
      const part = found.get(outTradeNo);
      if (part?.state === 'paid') return [outTradeNo, part];
      if (part?.state === 'closed') return [outTradeNo, { state: 'ended', tradeState: part.tradeState }];
      return [outTradeNo, toUnsettled(part)];
    }),
  );
}

function toOpen(part: Unpaid | undefined) {
  return { state: 'open', tradeState: part?.tradeState ?? notThere } as const;
}

/** Nothing where WeChat Pay has no such number. */
async function query(
  client: Pick<CombinedQueryingClient, 'queryCombined'>,
  { combineOutTradeNo }: AskedCombined,
): Promise<QueriedParts> {
  try {
    return await client.queryCombined(combineOutTradeNo);
  } catch (error) {
    if (toAppError(error).code !== 'ORDER_NOT_FOUND') throw error;
    return new Map();
  }
}

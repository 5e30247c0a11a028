import { type QueryingMerchant, type Store, toQueryBucket } from '@huidiao/store';
import { toMostCalls } from '@huidiao/wechat';
import type { Question } from './to-questions.ts';

/** A merchant's calls of WeChat Pay, counted for all replicas together. */
export interface QueryTurns {
  /**
   * The first of the questions, as many as may be asked now, each with all the calls that it may take.
   * @throws AppError STORE_UNAVAILABLE
   */
  choose(questions: readonly Question[], now: Date): Promise<readonly Question[]>;
}

/**
 * The turns of one merchant, within its queries a second; what was taken and not used is kept for the next questions.
 */
export function createQueryTurns(turns: Store['turns'], merchant: QueryingMerchant): QueryTurns {
  const bucket = toQueryBucket(merchant);
  /** Turns taken, too few for the question that was next: given away, a slow merchant's would never be enough. */
  let saved = 0;
  return {
    async choose(questions, now) {
      const calls = questions.map(({ orders: [order] }) => toMostCalls(order, now));
      const want = calls.reduce((sum, each) => sum + each, 0) - saved;
      if (want > 0) saved += await turns.take({ ...bucket, want, now });
      const chosen = questions.findIndex((_, index) => {
        const enough = saved >= (calls[index] ?? 0);
        if (enough) saved -= calls[index] ?? 0;
        return !enough;
      });
      return chosen === -1 ? questions : questions.slice(0, chosen);
    },
  };
}

import type { OrderAnswer } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { notThere, payErrorCodes } from '@huidiao/wechat';
import type { NotPayableReason } from './decide-payable.ts';

export type PrepayFailure =
  | { readonly kind: 'not-payable'; readonly reason: NotPayableReason }
  | { readonly kind: 'number-used' }
  | { readonly kind: 'refused'; readonly error: AppError };

/**
 * What a failed prepay call means for the client. A refusal that may be about the order's number rather than its
 * content is looked up at WeChat Pay: prepay answers OUT_TRADE_NO_USED as 403, and also as 400 INVALID_REQUEST
 * with a text (https://developers.weixin.qq.com/community/pay/doc/000ae86d1049f0625e4cfeeef51800). The number is
 * never changed: the buyer might pay both.
 *
 * @param ask what WeChat Pay says of the number, after what follows from that was done
 * @throws the failure itself when its outcome is unknown or it is about us; and what `ask` throws.
 */
export async function settlePrepayFailure(
  ask: () => Promise<FoundState>,
  failure: AppError,
): Promise<PrepayFailure> {
  if (isDoubtful(failure)) return decide(failure, await lookUp(ask));
  if (failure.code === 'WECHAT_REFUSED') return { kind: 'refused', error: failure };
  throw failure;
}

function isDoubtful({ code, details }: AppError): boolean {
  if (details.queryFirst === true) return true;
  const { api, remoteCode } = details;
  return code === 'WECHAT_REFUSED' && !payErrorCodes.has(`${String(api)} ${String(remoteCode)}`);
}

/** What WeChat Pay has under a number. */
export type FoundState = 'paid' | 'closed' | 'waiting' | 'not-known';

/** What WeChat Pay's answer about an order means for one that it would not prepay. Pure. */
export function toFoundState(answer: OrderAnswer): FoundState {
  if (answer.state === 'paid') return 'paid';
  if (answer.state === 'ended') return 'closed';
  return answer.tradeState === notThere ? 'not-known' : 'waiting';
}

/** What may not be prepaid, as for a merchant who gave us no authority, may not be asked about either. */
async function lookUp(ask: () => Promise<FoundState>): Promise<FoundState> {
  try {
    return await ask();
  } catch (error) {
    if (toAppError(error).code === 'WECHAT_REFUSED') return 'not-known';
    throw error;
  }
}

/**
 * | WeChat Pay says | paid, closed | waiting | not known |
 * |---|---|---|---|
 * | OUT_TRADE_NO_USED | not payable | number used | number used, by another kind of payment |
 * | ORDER_PAID, ORDER_CLOSED | not payable | come back: the two answers differ | come back |
 * | INVALID_REQUEST, unknown codes | not payable | number used | refused |
 * | USER_PAYING | not payable | come back | come back |
 */
function decide(failure: AppError, found: FoundState): PrepayFailure {
  if (found === 'paid' || found === 'closed') return { kind: 'not-payable', reason: found };
  if (failure.code === 'ORDER_CONFLICT') return { kind: 'number-used' };
  if (failure.code === 'WECHAT_REFUSED') {
    return found === 'waiting' ? { kind: 'number-used' } : { kind: 'refused', error: failure };
  }
  const { retryAfterMs, details } = failure;
  throw new AppError('WECHAT_BUSY', {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    details,
    cause: failure,
  });
}

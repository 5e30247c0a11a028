import { type App, type Clock, systemClock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { ShippingClient } from './shipping-client.ts';

/** Which apps' orders WeChat manages: only of those it is told what is shipped. */
export interface ShippingManagement {
  /** @throws AppError: why WeChat did not say; for half a minute the same to everybody who asks */
  isManaged(app: App): Promise<boolean>;
}

/** WeChat takes an app under management on some day, and limits how often it is asked (44990). */
const memoMs = 5 * 60_000;
const failureMemoMs = 30_000;

/** What WeChat says is kept for five minutes; callers who ask at one time share one call. */
export function createShippingManagement(
  client: Pick<ShippingClient, 'isTradeManaged'>,
  clock: Clock = systemClock,
): ShippingManagement {
  const known = new Map<string, { readonly answer: Promise<boolean>; until: number }>();

  async function ask(app: App): Promise<boolean> {
    const result = await client.isTradeManaged(app);
    if (result.kind === 'done') return result.isManaged;
    throw toPostponed(result.error);
  }

  return {
    isManaged(app) {
      const now = clock.now().getTime();
      const before = known.get(app.appId);
      if (before !== undefined && before.until > now) return before.answer;
      const entry = { answer: ask(app), until: now + memoMs };
      entry.answer.catch(() => {
        entry.until = now + failureMemoMs;
      });
      known.set(app.appId, entry);
      return entry.answer;
    },
  };
}

/** Nothing that needed to know was tried; what WeChat refuses for good stays so, for somebody has to mend it. */
function toPostponed(error: AppError): AppError {
  const { code, kind, message, details, retryAfterMs = failureMemoMs } = error;
  if (kind === 'permanent' || details.attemptsAtMost !== undefined) return error;
  return new AppError(code, { kind: 'throttled', message, details, retryAfterMs, cause: error });
}

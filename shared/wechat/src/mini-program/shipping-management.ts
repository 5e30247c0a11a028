import { type App, type Clock, systemClock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { ShippingClient } from './shipping-client.ts';

/** Which apps' orders WeChat manages: only of those it is told what is shipped. */
export interface ShippingManagement {
  /**
   * @param since a no from before that moment is no answer: WeChat may have taken the app under management in between
   * @throws AppError: why WeChat did not say; for half a minute the same to everybody who asks
   */
  isManaged(app: App, since?: Date): Promise<boolean>;
}

/** WeChat takes an app under management on some day, and limits how often it is asked (44990). */
const memoMs = 5 * 60_000;
const failureMemoMs = 30_000;
/** Those who cannot do with a no from before do not ask more often than that; WeChat nowhere says how often it may be. */
const leastApartMs = 10_000;

interface Asked {
  readonly at: number;
  readonly answer: Promise<boolean>;
  until: number;
}

/** What WeChat says is kept for five minutes; callers who ask at one time share one call. */
export function createShippingManagement(
  client: Pick<ShippingClient, 'isTradeManaged'>,
  clock: Clock = systemClock,
): ShippingManagement {
  const known = new Map<string, Asked>();

  async function ask(app: App): Promise<boolean> {
    const result = await client.isTradeManaged(app);
    if (result.kind === 'done') return result.isManaged;
    throw toPostponed(result.error);
  }

  function askNow(app: App): Asked {
    const at = clock.now().getTime();
    const asked: Asked = { at, answer: ask(app), until: at + memoMs };
    asked.answer.catch(() => {
      asked.until = at + failureMemoMs;
    });
    known.set(app.appId, asked);
    return asked;
  }

  function recall(app: App): Asked {
    const asked = known.get(app.appId);
    return asked !== undefined && asked.until > clock.now().getTime() ? asked : askNow(app);
  }

  return {
    async isManaged(app, since) {
      const before = recall(app);
      const isManaged = await before.answer;
      if (isManaged || since === undefined || before.at >= since.getTime()) return isManaged;
      const waitMs = before.at + leastApartMs - clock.now().getTime();
      if (waitMs > 0) throw notAskedAgain(app, waitMs);
      // Of those who wait for the same answer the first asks again.
      const latest = known.get(app.appId);
      return await (latest === before ? askNow(app) : recall(app)).answer;
    },
  };
}

function notAskedAgain({ appId }: App, retryAfterMs: number): AppError {
  const details = { appId, reason: 'asked_a_moment_ago' };
  return new AppError('WECHAT_BUSY', { kind: 'throttled', retryAfterMs, details });
}

/** Nothing that needed to know was tried; what WeChat refuses for good stays so, for somebody has to mend it. */
function toPostponed(error: AppError): AppError {
  const { code, kind, message, details, retryAfterMs = failureMemoMs } = error;
  if (kind === 'permanent' || details.attemptsAtMost !== undefined) return error;
  return new AppError(code, { kind: 'throttled', message, details, retryAfterMs, cause: error });
}

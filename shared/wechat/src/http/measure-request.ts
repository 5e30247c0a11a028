import { toAppError } from '@huidiao/errors';
import type { Metrics } from '@huidiao/runtime';

/** Runs one call of a WeChat API and observes how long it took and how it ended. */
export async function measureRequest<T>(metrics: Metrics, api: string, call: () => Promise<T>): Promise<T> {
  const end = metrics
    .histogram({
      name: 'huidiao_wechat_request_duration_seconds',
      help: 'Calls of WeChat APIs, by API and outcome (ok, or the error code)',
      labelNames: ['api', 'outcome'],
    })
    .startTimer({ api });
  try {
    const result = await call();
    end({ outcome: 'ok' });
    return result;
  } catch (error) {
    end({ outcome: toAppError(error).code });
    throw error;
  }
}

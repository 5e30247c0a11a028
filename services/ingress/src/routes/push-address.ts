import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Logger } from '@huidiao/runtime';
import { verifyPushAddress } from '@huidiao/wechat';
import { type Answer, writeAnswer } from '../callback/answer.ts';
import { toCallbackAddress } from '../callback/callback-address.ts';
import type { CallbackHandler } from '../callback/callback-handler.ts';
import type { CallbackMetrics } from '../callback-metrics.ts';
import type { Receivers } from '../receivers.ts';

export interface PushAddressDeps {
  readonly receivers: Pick<Receivers, 'findApp'>;
  readonly logger: Logger;
  readonly metrics: CallbackMetrics;
}

/**
 * Takes in `GET /callbacks/mini-program/{appid}`: WeChat looks whether the address is ours each time that the settings
 * of the message push are saved, and wants its echostr back, with nothing around it.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function createPushAddressHandler(deps: PushAddressDeps): CallbackHandler {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const startedAt = performance.now();
    const { id = '', rawQuery = '' } = toCallbackAddress(request) ?? {};
    const verified = verify(deps.receivers, id, rawQuery);
    const answer: Answer =
      verified.kind === 'verified'
        ? { status: 200, content: { type: 'text/plain; charset=utf-8', body: verified.echostr } }
        : { status: 401 };
    writeAnswer(response, answer, true);
    const reason = verified.kind === 'verified' ? undefined : verified.reason;
    const event = 'push_address.checked';
    const durationMs = performance.now() - startedAt;
    deps.metrics.received('push-address', verified.kind, reason ?? '', durationMs);
    deps.logger.info({ event, appId: id, outcome: verified.kind, reason, status: answer.status }, event);
  };
}

function verify(receivers: PushAddressDeps['receivers'], appId: string, rawQuery: string) {
  const found = receivers.findApp(appId);
  if (found === undefined) return { kind: 'not-authentic', reason: 'app_unknown' } as const;
  if (found.receiving === undefined) return { kind: 'not-authentic', reason: 'push_not_configured' } as const;
  return verifyPushAddress(rawQuery, found.receiving);
}

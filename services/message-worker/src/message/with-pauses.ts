import type { App, Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import type { SendResult } from '@huidiao/wechat';
import type { MessageClient } from './draft.ts';
import { createPauses } from './pauses.ts';

/**
 * Codes that are about the template, whoever it is sent to: unknown, banned, disabled.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
const deadTemplateCodes: ReadonlySet<unknown> = new Set([40037, 43107, 43116, 48011]);
/** How soon a template that was mended in the console is tried again: whoever mended it replays. */
const usualTemplatePauseMs = 60_000;

interface PauseOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly templatePauseMs?: number | undefined;
}

interface Addressed {
  readonly templateId: string;
}

/**
 * The same client, but it does not ask again what WeChat has answered for all: an app whose quota is used up (45009,
 * 45011, 44990) waits until it is filled, for WeChat blocks an app that goes on, and a template that WeChat does not take
 * is refused for a minute without a call, and told of once in that time.
 */
export function withPauses(
  client: MessageClient,
  { clock, logger, templatePauseMs = usualTemplatePauseMs }: PauseOptions,
): MessageClient {
  // Apart, or the templates of whoever asks for many unknown ones would put out an app's.
  const ofApps = createPauses(clock);
  const ofTemplates = createPauses(clock);

  function pausedBy(ofApp: string, ofTemplate: string): SendResult | undefined {
    const pause = ofApps.find(ofApp) ?? ofTemplates.find(ofTemplate);
    return pause && { kind: 'refused', error: again(pause.error, pause.leftMs) };
  }

  function learn({ appId }: App, templateId: string, keys: readonly [string, string], error: AppError): void {
    const [ofApp, ofTemplate] = keys;
    const now = clock.now().getTime();
    if (error.code === 'WECHAT_QUOTA_EXHAUSTED') {
      ofApps.set(ofApp, { until: now + (error.retryAfterMs ?? 0), error });
    } else if (deadTemplateCodes.has(error.details.remoteCode)) {
      ofTemplates.set(ofTemplate, { until: now + templatePauseMs, error });
      const event = 'message.template_refused';
      const { remoteCode } = error.details;
      logger.error({ event, alarm: 'template-refused', appId, templateId, remoteCode }, event);
    }
  }

  async function calling(
    channel: string,
    app: App,
    { templateId }: Addressed,
    call: () => Promise<SendResult>,
  ): Promise<SendResult> {
    const keys = [`${channel} ${app.appId}`, `${channel} ${app.appId} ${templateId}`] as const;
    const paused = pausedBy(...keys);
    if (paused !== undefined) return paused;
    const result = await call();
    if (result.kind === 'refused') learn(app, templateId, keys, result.error);
    return result;
  }

  return {
    sendSubscribeMessage: (app, message) =>
      calling('subscribe', app, message, () => client.sendSubscribeMessage(app, message)),
    sendTemplateMessage: (app, message) =>
      calling('template', app, message, () => client.sendTemplateMessage(app, message)),
  };
}

/** As WeChat said it; what is worth another attempt is so when the pause is over. */
function again({ code, kind, message, details }: AppError, leftMs: number): AppError {
  const wait = kind === 'permanent' ? {} : { retryAfterMs: leftMs };
  return new AppError(code, { kind, message, details, ...wait });
}

import { acceptedAnswers, type MerchantApi } from '@huidiao/contracts';
import { type Message, type Recipient, wakeMessage } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { MessageEndpointDeps } from './message-endpoints.ts';

type ReportDeps = Pick<MessageEndpointDeps, 'messages' | 'orders' | 'producer' | 'clock' | 'logger'>;

/** Others may wake some of them at the same moment, or they were tried often enough. */
const lookedAt = 20;
/** A page may report as often as it likes: more often than this no message is tried because of it. */
const mostAttempts = 5;

/**
 * `POST /v1/users/consents`: what the user answered in the page. It counts no grant, for WeChat's event does; but with
 * 总是保持以上选择 no event comes, so the message that has waited longest is tried, and 43101 decides.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 */
export function serveReportConsents(deps: ReportDeps): EndpointHandler<MerchantApi['reportConsents']> {
  return async ({ body, caller, facts }) => {
    const { appId, openId } = caller;
    let woken = 0;
    for (const [templateId, answer] of Object.entries(body.answers)) {
      if (!acceptedAnswers.has(answer)) continue;
      if (await wakeOne(deps, { appId, openId, templateId })) woken += 1;
    }
    facts.outcome = woken > 0 ? 'woken' : 'noted';
    return { status: 200, body: { woken } };
  };
}

async function wakeOne(deps: ReportDeps, recipient: Recipient): Promise<boolean> {
  const waiting = await deps.messages.listWaiting(recipient, lookedAt);
  for (const message of waiting) {
    if (message.attempts < mostAttempts && (await wake(deps, message))) return true;
  }
  return false;
}

async function wake({ producer, clock, logger, ...stores }: ReportDeps, message: Message): Promise<boolean> {
  const why = { now: clock.now(), facts: { ...message.facts, acceptedInPage: true } };
  const { isWoken, job } = await wakeMessage(stores, message, why);
  if (job === undefined) return isWoken;
  await producer.add(job).catch((error: unknown) => {
    logger.debug({ err: error, jobId: job.id }, 'message left to the reconciler');
  });
  return isWoken;
}

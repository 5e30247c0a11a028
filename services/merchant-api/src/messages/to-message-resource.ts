import type { MessageResource } from '@huidiao/contracts';
import type { Message } from '@huidiao/store';

/** A message as its merchant sees it: without what it says and to whom. */
export function toMessageResource(message: Message): MessageResource {
  const { createdAt, updatedAt, usefulUntil, sendAt = createdAt, waitingSince, settledAt } = message;
  return {
    message_id: message.messageId ?? '',
    idempotency_key: message.idempotencyKey ?? '',
    appid: message.appId,
    channel: message.channel ?? 'subscribe',
    template_id: message.templateId,
    state: message.state,
    send_at: sendAt.toISOString(),
    useful_until: usefulUntil.toISOString(),
    ...(waitingSince === undefined ? {} : { waiting_since: waitingSince.toISOString() }),
    attempts: message.attempts,
    ...toReasons(message.facts),
    ...(message.fallbackId === undefined ? {} : { fallback_message_id: message.fallbackId }),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    ...(settledAt === undefined ? {} : { settled_at: settledAt.toISOString() }),
  };
}

type Reasons = Pick<MessageResource, 'error_code' | 'remote_code' | 'rid' | 'msg_id' | 'report'>;

function toReasons({ errorCode, remoteCode, rid, msgId, ...facts }: Message['facts']): Reasons {
  const { reportCode, reportStatus } = facts;
  const status = reportStatus === undefined ? {} : { status: String(reportStatus) };
  return {
    ...(errorCode === undefined ? {} : { error_code: String(errorCode) }),
    ...(remoteCode === undefined ? {} : { remote_code: String(remoteCode) }),
    ...(rid === undefined ? {} : { rid: String(rid) }),
    ...(msgId === undefined ? {} : { msg_id: String(msgId) }),
    ...(reportCode === undefined ? {} : { report: { code: String(reportCode), ...status } }),
  };
}

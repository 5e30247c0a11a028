import type { PayEventSpec } from './event-spec.ts';

/* 消费者投诉: only a pointer, and no merchant's id. https://pay.weixin.qq.com/doc/v3/merchant/4012467214 */

function complaint(
  eventType: string,
  alias: string,
  actionType: string,
  summary: string,
  variant = '',
): PayEventSpec {
  return {
    name: `${eventType}${variant}`,
    aliases: [alias],
    eventType,
    originalType: 'complaint',
    summary,
    registered: 'complaint',
    resource: (about) => ({ complaint_id: `20020182${about.number}`, action_type: actionType }),
  };
}

export const complaintEvents: readonly PayEventSpec[] = [
  complaint('COMPLAINT.CREATE', 'complaint', 'CREATE_COMPLAINT', '产生新投诉'),
  complaint('COMPLAINT.STATE_CHANGE', 'complaint-changed', 'CONTINUE_COMPLAINT', '投诉单状态变化'),
  complaint('COMPLAINT.STATE_CHANGE', 'complaint-refund', 'USER_REFUND', '投诉单状态变化', ':refund'),
];

import { z } from 'zod';

/** The APIs that faults can be set for and that requests are counted by. */
export const apiNames = [
  'prepay',
  'query',
  'close',
  'refund',
  'refund_query',
  'certificates',
  'callbacks',
  'security_echo',
  'stable_token',
  'subscribe_send',
] as const;
export type ApiName = (typeof apiNames)[number];

const share = z.number().min(0).max(1);

/** Something that goes wrong with the next calls of one API. */
const apiFault = z.strictObject({
  api: z.enum(apiNames),
  /** `before` WeChat acted, or `after`: it did what was asked and then failed to say so. */
  moment: z.enum(['before', 'after']).default('before'),
  /** An answer of this status and body, a connection that breaks, or no answer at all. */
  answer: z.union([
    z.literal('reset'),
    z.literal('silence'),
    z.strictObject({ status: z.number().int().min(200).max(599), body: z.json().optional() }),
  ]),
  /** For how many calls. */
  times: z.number().int().min(1).default(1),
});
export type ApiFault = z.infer<typeof apiFault>;

/** What goes wrong, and how often. Shares are probabilities from 0 to 1, drawn from the seed. */
export const faultsSchema = z.strictObject({
  /** Notifications and answers that a signature probe (签名探测流量) goes before. */
  probe_share: share,
  /** In `migration`: notifications that the public key signs. */
  migration_share: share,
  serial_spelling: z.enum(['as_issued', 'lower_case', 'leading_zeros']),
  /** Attempts that are never sent, although WeChat believes so. */
  drop_share: share,
  /** Attempts that are sent twice at once. */
  duplicate_share: share,
  /** Puts off the first attempt of every notification. Simulated time. */
  delay_ms: z.number().int().min(0),
  /** First attempts are put off by up to this by chance, so that they overtake each other. Simulated time. */
  reorder_window_ms: z.number().int().min(0),
  /** Shuffled keys, unknown fields, escapes and spaces in notifications. */
  variety: z.boolean(),
  /** How prepay answers a number that is taken by another body: WeChat does both. */
  duplicate_number_answer: z.enum(['OUT_TRADE_NO_USED', 'INVALID_REQUEST']),
  /** Answers of subscribe/send that come without msgid. */
  msgid_missing_share: share,
  /** How long subscribe/send works on a message; a second one to the same openid gets 43108. Simulated time. */
  send_latency_ms: z.number().int().min(0),
  /** What becomes of a refund that was accepted; PROCESSING stays so until the control call settles it. */
  refund_course: z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED', 'PROCESSING']),
  /** How long an accepted refund is PROCESSING. Simulated time. */
  refund_delay_ms: z.number().int().min(0),
  /** How GET /v3/certificates answers where there are none: WeChat does all three. */
  no_certificates_answer: z.enum(['RESOURCE_NOT_EXISTS', 'NOT_FOUND', 'empty']),
  /** What brings a push again: any answer that is not accepted, or only that none came in time. */
  push_resend_after: z.enum(['anything', 'silence']),
  /** What buyers answer to the popup, and after how long. Simulated time. */
  popup_answer: z.enum(['accept', 'reject']),
  popup_least_ms: z.number().int().min(0),
  popup_most_ms: z.number().int().min(0),
  api: z.array(apiFault).max(100),
});
export type FaultSettings = z.infer<typeof faultsSchema>;

/** The faults in force. */
export interface Faults {
  readonly settings: Readonly<FaultSettings>;
  /** Replaces the members given, the others stay. */
  set(change: Partial<FaultSettings>): void;
  /** Back to how the simulator was started. */
  reset(): void;
  /** The fault for this call, which is then used up by one. */
  take(api: ApiName, moment: ApiFault['moment']): ApiFault['answer'] | undefined;
}

export const noFaults: FaultSettings = {
  probe_share: 0,
  migration_share: 0.5,
  serial_spelling: 'as_issued',
  drop_share: 0,
  duplicate_share: 0,
  delay_ms: 0,
  reorder_window_ms: 0,
  variety: true,
  duplicate_number_answer: 'OUT_TRADE_NO_USED',
  msgid_missing_share: 0.2,
  send_latency_ms: 20,
  refund_course: 'SUCCESS',
  refund_delay_ms: 5_000,
  no_certificates_answer: 'RESOURCE_NOT_EXISTS',
  push_resend_after: 'anything',
  popup_answer: 'accept',
  popup_least_ms: 2_000,
  popup_most_ms: 15_000,
  api: [],
};

/** Faults with a starting point to go back to. */
export function createFaults(initial: FaultSettings): Faults {
  let settings = initial;
  return {
    get settings() {
      return settings;
    },
    set: (change) => {
      settings = { ...settings, ...change };
    },
    reset: () => {
      settings = initial;
    },
    take: (api, moment) => {
      const fault = settings.api.find((one) => one.api === api && one.moment === moment);
      if (fault === undefined) return undefined;
      const others = settings.api.filter((one) => one !== fault);
      const remaining = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
      settings = { ...settings, api: [...remaining, ...others] };
      return fault.answer;
    },
  };
}

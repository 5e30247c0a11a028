import { z } from 'zod';
import { createFaultDecks, type FaultMoment, faultKinds, faultMoments } from './fault-decks.ts';
import {
  miniProgramApiNames,
  miniProgramFaults,
  noMiniProgramFaults,
} from './mini-program/mini-program-faults.ts';
import type { Random } from './random.ts';

/** The APIs of WeChat Pay: their answers are signed. */
export const payApiNames = [
  'prepay',
  'query',
  'close',
  'refund',
  'refund_query',
  'abnormal_refund',
  'profit_sharing',
  'bill',
  'bill_download',
  'certificates',
  'callbacks',
  'security_echo',
] as const;

/** The APIs that faults can be set for and that requests are counted by. */
export const apiNames = [...payApiNames, ...miniProgramApiNames] as const;
export type ApiName = (typeof apiNames)[number];

/** Whether the answers of this API carry a signature. */
export function isSigned(api: ApiName): boolean {
  return payApiNames.some((name) => name === api);
}

const share = z.number().min(0).max(1);

/** Something that goes wrong with the next calls of one API. */
const apiFault = z
  .strictObject({
    api: z.enum(apiNames),
    /** `before` WeChat acted, or `after`: it did what was asked and then failed to say so. */
    moment: z.enum(faultMoments).default('before'),
    /** One of the kinds, or an answer of this status and body without any signature, as a gateway gives it. */
    answer: z.union([
      z.enum(faultKinds),
      z.strictObject({ status: z.number().int().min(200).max(599), body: z.json().optional() }),
    ]),
    /** For how many calls. */
    times: z.number().int().min(1).default(1),
  })
  .refine(({ api, answer }) => answer !== 'wrong_signature' || isSigned(api), {
    path: ['answer'],
    message: 'only answers of WeChat Pay are signed',
  });
export type ApiFault = z.infer<typeof apiFault>;

/** How often each API went wrong in which way: `{ prepay: { after_silence: 2 } }`; a raw answer is `before_503`. */
export type FaultCounts = Readonly<Partial<Record<ApiName, Readonly<Record<string, number>>>>>;

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
  ...miniProgramFaults,
  /** What becomes of a refund that was accepted; PROCESSING stays so until the control call settles it. */
  refund_course: z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED', 'PROCESSING']),
  /** How long an accepted refund is PROCESSING. Simulated time. */
  refund_delay_ms: z.number().int().min(0),
  /** How long WeChat takes to accept a refund; another one of the same user is refused meanwhile. Simulated time. */
  refund_latency_ms: z.number().int().min(0),
  /** Bills with a byte order mark and CRLF, as spreadsheets want them, or in plain UTF-8 with LF: both are met. */
  bill_style: z.enum(['spreadsheet', 'plain']),
  /** How GET /v3/certificates answers where there are none: WeChat does all three. */
  no_certificates_answer: z.enum(['RESOURCE_NOT_EXISTS', 'NOT_FOUND', 'empty']),
  /** What brings a push again: any answer that is not accepted, or only that none came in time. */
  push_resend_after: z.enum(['anything', 'silence']),
  /** What buyers answer to the popup, and after how long. Simulated time. */
  popup_answer: z.enum(['accept', 'reject']),
  popup_least_ms: z.number().int().min(0),
  popup_most_ms: z.number().int().min(0),
  api: z.array(apiFault).max(100),
  /** Calls of each API that go wrong in one of `fault_kinds`, before or after WeChat acted: each as often as the others. */
  fault_share: z.partialRecord(z.enum(apiNames), share),
  fault_kinds: z.array(z.enum(faultKinds)).min(1),
});
export type FaultSettings = z.infer<typeof faultsSchema>;

/** The faults in force. */
export interface Faults {
  readonly settings: Readonly<FaultSettings>;
  /** What `take` gave so far. */
  readonly counts: FaultCounts;
  /** Replaces the members given, the others stay. */
  set(change: Partial<FaultSettings>): void;
  /** Back to how the simulator was started. */
  reset(): void;
  /** The fault for this call, which is then used up by one: those of `api` come before those of `fault_share`. */
  take(api: ApiName, moment: FaultMoment): ApiFault['answer'] | undefined;
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
  ...noMiniProgramFaults,
  refund_course: 'SUCCESS',
  refund_delay_ms: 5_000,
  refund_latency_ms: 10,
  bill_style: 'spreadsheet',
  no_certificates_answer: 'RESOURCE_NOT_EXISTS',
  push_resend_after: 'anything',
  popup_answer: 'accept',
  popup_least_ms: 2_000,
  popup_most_ms: 15_000,
  api: [],
  fault_share: {},
  fault_kinds: [...faultKinds],
};

/** Faults with a starting point to go back to; `random` draws those of `fault_share`. */
export function createFaults(initial: FaultSettings, random: Random): Faults {
  let settings = initial;
  const decks = createFaultDecks(random);
  const counts: Partial<Record<ApiName, Record<string, number>>> = {};
  const takeListed = (api: ApiName, moment: FaultMoment): ApiFault['answer'] | undefined => {
    const fault = settings.api.find((one) => one.api === api && one.moment === moment);
    if (fault === undefined) return undefined;
    const others = settings.api.filter((one) => one !== fault);
    const remaining = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    settings = { ...settings, api: [...remaining, ...others] };
    return fault.answer;
  };
  const takeDrawn = (api: ApiName, moment: FaultMoment): ApiFault['answer'] | undefined => {
    const { fault_share, fault_kinds } = settings;
    const kinds = fault_kinds.filter((kind) => kind !== 'wrong_signature' || isSigned(api));
    return decks.take(api, moment, { share: fault_share[api] ?? 0, kinds });
  };
  return {
    get settings() {
      return settings;
    },
    counts,
    set: (change) => {
      settings = { ...settings, ...change };
    },
    reset: () => {
      settings = initial;
    },
    take: (api, moment) => {
      const answer = takeListed(api, moment) ?? takeDrawn(api, moment);
      if (answer !== undefined) counts[api] = withOneMore(counts[api], moment, answer);
      return answer;
    },
  };
}

function withOneMore(
  ofApi: Record<string, number> = {},
  moment: FaultMoment,
  answer: ApiFault['answer'],
): Record<string, number> {
  const name = `${moment}_${typeof answer === 'string' ? answer : answer.status}`;
  return { ...ofApi, [name]: (ofApi[name] ?? 0) + 1 };
}

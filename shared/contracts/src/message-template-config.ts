import { z } from 'zod';
import { type MessageTrigger, messageTriggers } from './message-triggers.ts';
import { findTemplateValueProblem, templateKeywordPattern } from './template-values.ts';

const ofOrder = ['out_trade_no', 'transaction_id', 'description', 'amount_yuan', 'paid_at'] as const;

/** What the texts of each template may name in braces. */
export const messagePlaceholders = {
  order_paid: ofOrder,
  order_shipped: [...ofOrder, 'tracking_no', 'express_company', 'shipped_at'],
  refund_succeeded: [...ofOrder, 'out_refund_no', 'refund_amount_yuan', 'refunded_at'],
} as const satisfies Readonly<Record<MessageTrigger, readonly string[]>>;
export type MessagePlaceholder = (typeof messagePlaceholders)[MessageTrigger][number];

const moments = ['2019年12月31日 15:01'] as const;
const numbers = ['1', 'a'] as const;
/**
 * What a placeholder may stand for. A text that is wrong with each of them would be refused by WeChat whatever the
 * order, and is refused at start instead.
 */
const samples: Readonly<Record<MessagePlaceholder, readonly string[]>> = {
  out_trade_no: numbers,
  transaction_id: numbers,
  description: ['1', 'a', '字'],
  amount_yuan: ['0.01'],
  paid_at: moments,
  tracking_no: numbers,
  express_company: ['a'],
  shipped_at: moments,
  out_refund_no: numbers,
  refund_amount_yuan: ['0.01'],
  refunded_at: moments,
};
const mostSamples = Math.max(...Object.values(samples).map((list) => list.length));

/** `text` with each `{name}` replaced, where `fillWith` knows the name; what it gives is not searched again. */
export function fillPlaceholders(text: string, fillWith: (name: string) => string | undefined): string {
  return text.replaceAll(/\{([^{}]*)\}/g, (braced, name: string) => fillWith(name) ?? braced);
}

/** Text whose every `{name}` is a placeholder of this template: a typing error shows at start, not at a buyer. */
function templateText(trigger: MessageTrigger) {
  const known: readonly string[] = messagePlaceholders[trigger];
  return z
    .string()
    .min(1)
    .refine(
      (text) => [...text.matchAll(/\{([^{}]*)\}/g)].every(([, name]) => known.includes(name ?? '')),
      `may name only {${known.join('} {')}}`,
    );
}

/** Why WeChat would refuse this text for this keyword with whatever order it is filled from. */
function findTextProblem(keyword: string, text: string): string | undefined {
  const problems = Array.from({ length: mostSamples }, (_, index) => {
    const filled = fillPlaceholders(text, (name) => {
      const list = Object.hasOwn(samples, name) ? samples[name as MessagePlaceholder] : undefined;
      return list?.[Math.min(index, list.length - 1)];
    });
    return findTemplateValueProblem(keyword, filled);
  });
  return problems.includes(undefined) ? undefined : problems[0];
}

function templateData(trigger: MessageTrigger) {
  const keyword = z.string().regex(templateKeywordPattern, 'must be a keyword such as thing1');
  return z.record(keyword, templateText(trigger)).superRefine((data, context) => {
    for (const [name, text] of Object.entries(data)) {
      const problem = findTextProblem(name, text);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
    }
  });
}

function messageTemplate(trigger: MessageTrigger) {
  return z.strictObject({
    /** 模板ID. */
    template_id: z.string().min(1).max(128),
    /** Path within the released mini-program; may hold placeholders. */
    page: templateText(trigger)
      .refine((page) => page.length <= 512, 'must have at most 512 characters')
      .optional(),
    /** Template keyword (thing1, amount2, …) → text, with the placeholders of messagePlaceholders. */
    data: templateData(trigger),
    /** After this long since it happened the message is of no use and is not sent. */
    useful_for_minutes: z
      .number()
      .int()
      .min(1)
      .max(7 * 24 * 60)
      .default(24 * 60),
  });
}

const templates = Object.fromEntries(
  messageTriggers.map((trigger) => [trigger, messageTemplate(trigger).optional()]),
) as Record<MessageTrigger, z.ZodOptional<ReturnType<typeof messageTemplate>>>;

/** What the users of an app are told by itself: see MessageTrigger. */
export const appTemplates = z.strictObject(templates);
export type AppTemplatesConfig = z.infer<typeof appTemplates>;
export type MessageTemplateConfig = NonNullable<AppTemplatesConfig[MessageTrigger]>;

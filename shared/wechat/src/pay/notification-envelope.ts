import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { describeProblem } from './describe-problem.ts';

const token = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable characters');

/**
 * What surrounds every notification of API v3. Only what the way of a callback needs is demanded; other fields
 * are kept as they are. https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export const notificationEnvelope = z.looseObject({
  /** 通知ID. */
  id: token,
  event_type: token,
  create_time: z.string().nullish(),
  resource_type: z.string().nullish(),
  summary: z.string().nullish(),
  resource: z.looseObject({
    algorithm: z.string(),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string().nullish(),
    original_type: z.string().nullish(),
  }),
});
export type NotificationEnvelope = z.infer<typeof notificationEnvelope>;

export type ParsedEnvelope =
  | { readonly understood: true; readonly envelope: NotificationEnvelope }
  | {
      readonly understood: false;
      /** Without values. */
      readonly problem: string;
      /** Where at least this much could be read. */
      readonly eventType: string | undefined;
    };

/** Reads the body of a notification whose signature is good. Throws on no input. */
export function parseEnvelope(body: Buffer): ParsedEnvelope {
  const json = parseJson(body);
  if (json === undefined) return { understood: false, problem: 'the body is not JSON', eventType: undefined };
  const parsed = notificationEnvelope.safeParse(json);
  if (parsed.success) return { understood: true, envelope: parsed.data };
  const eventType = z.looseObject({ event_type: token }).safeParse(json).data?.event_type;
  return { understood: false, problem: describeProblem(parsed.error), eventType };
}

function parseJson(body: Buffer): unknown {
  try {
    // toString would turn foreign bytes into U+FFFD without a word.
    return isUtf8(body) ? JSON.parse(body.toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}

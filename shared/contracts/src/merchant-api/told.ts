import { z } from 'zod';

/**
 * An id or a text as answers give it: described like that of a request, and without its limits, for what came from
 * elsewhere is told as it is.
 */
export function told(written: z.ZodType): z.ZodString {
  return z.string().meta(written.meta() ?? {});
}

/** A moment as answers give it: RFC 3339 in UTC, with milliseconds. */
export function instant(description: string): z.ZodISODateTime {
  return z.iso.datetime().describe(description);
}

/** A moment as WeChat wrote it, with the offset of Beijing. */
export function wechatTime(description: string): z.ZodString {
  return z.string().meta({
    description: `${description} RFC 3339 as WeChat wrote it.`,
    examples: ['2027-01-05T10:00:12+08:00'],
  });
}

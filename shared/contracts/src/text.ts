import { z } from 'zod';

/** Text of 1 to `most` characters (code points, of up to 4 bytes each) in one line: what WeChat shows to people. */
export function plainText(most: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters');
}

/** Text of 1 to `most` characters (code points) that WeChat Pay keeps and gives back: it may have line feeds. */
export function keptText(most: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0\p{Cs}]*$/u, 'must hold no NUL and no half characters');
}

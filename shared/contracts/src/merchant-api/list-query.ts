import { z } from 'zod';

/** The page of a list. */
export const listQuery = {
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a number from 1 to 100')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, 'must be a number from 1 to 100')
    .meta({ type: 'integer', minimum: 1, maximum: 100, description: 'At most so many; by default 50.' })
    .optional(),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('`next_cursor` of the page before, with the same filters. Not to be taken apart.'),
};

export const nextCursor = z
  .string()
  .optional()
  .describe('The `cursor` of the next page; absent on the last one.');

/** A time in a query; RFC 3339 with offset, whose + is written %2B in an address. */
export const timeFilter = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

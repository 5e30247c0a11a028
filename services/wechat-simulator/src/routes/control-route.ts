import type { RequestHandler } from 'express';
import { z } from 'zod';
import { ControlRefusal } from '../control-refusal.ts';

/** Checks the body against the schema and answers what `act` gives. */
export function control<S extends z.ZodType>(
  schema: S,
  act: (body: z.output<S>) => unknown | Promise<unknown>,
): RequestHandler {
  return async (request, response) => {
    const parsed = schema.safeParse(request.body);
    if (!parsed.success) throw new ControlRefusal(400, 'BODY_INVALID', z.prettifyError(parsed.error));
    response.json((await act(parsed.data)) ?? {});
  };
}

import type { z } from 'zod';

/** What a schema said, as `path: message; …`: short, and without the values that it was said about. */
export function describeProblem(error: z.ZodError): string {
  return error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`)
    .join('; ')
    .slice(0, 1_000);
}

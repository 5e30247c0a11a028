import { AppError } from '@huidiao/errors';
import type { z } from 'zod';

/** Environment variable → the schema of its text. Made of the pieces in environment-text.ts. */
export type ConfigShape = Readonly<Record<string, z.ZodType>>;

/** What `loadConfig` gives for a shape: one property per variable, under the variable's name. */
export type ConfigOf<S extends ConfigShape> = { readonly [V in keyof S]: z.output<S[V]> };

/**
 * Reads the environment by a shape. An empty variable counts as unset, as Docker Compose's `${X:-}` gives it.
 *
 * @throws AppError CONFIG_INVALID that lists every problem, one per line, by variable name. It holds no values:
 * any of them may be a secret that landed in the wrong variable.
 */
export function loadConfig<const S extends ConfigShape>(shape: S, env: NodeJS.ProcessEnv): ConfigOf<S> {
  const config: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [variable, schema] of Object.entries(shape)) {
    const text = env[variable] === '' ? undefined : env[variable];
    const parsed = schema.safeParse(text);
    if (parsed.success) config[variable] = parsed.data;
    else problems.push(...parsed.error.issues.map((issue) => `${variable} ${toProblem(issue, text)}`));
  }
  if (problems.length > 0) throw toConfigError('the environment', problems);
  return Object.freeze(config) as ConfigOf<S>;
}

/** One error for all problems of one source of configuration, each on a line of its own. */
export function toConfigError(source: string, problems: readonly string[]): AppError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => `  - ${problem}`);
  return new AppError('CONFIG_INVALID', {
    message: [`${count} in ${source}:`, ...lines].join('\n'),
    details: { problems: problems.length },
  });
}

function toProblem(issue: z.core.$ZodIssue, text: string | undefined): string {
  const unexplained = text === undefined && issue.code === 'invalid_type';
  return unexplained && issue.message.startsWith('Invalid input') ? 'is not set; set it' : issue.message;
}

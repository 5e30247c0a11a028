import type { z } from 'zod';

/** What the schema has against a value, as the rest of a sentence that begins with its path. Holds no values. */
export function toSchemaProblem(issue: z.core.$ZodIssue): string {
  // A message that the schema brings itself says more than its kind does.
  if (!/^(Invalid|Too )/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type': {
      const received = /received (\w+)/.exec(issue.message)?.[1];
      return received === 'undefined'
        ? `is missing; add it (${issue.expected})`
        : `must be of type ${issue.expected}${received === undefined ? '' : `, not ${received}`}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'number'
        ? `must be at least ${issue.minimum}`
        : `is too short; its least length is ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'number'
        ? `must be at most ${issue.maximum}`
        : `is too long; its greatest length is ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be an http or https URL'
        : `must match ${issue.pattern ?? 'its format'}`;
    case 'invalid_key':
      return issue.issues.map((inner) => toSchemaProblem(inner)).join('; ');
    case 'invalid_union':
      return `fits none of its forms: ${issue.errors.flat().map(toSchemaProblem).join('; or ')}`;
    default:
      return 'does not fit the schema';
  }
}

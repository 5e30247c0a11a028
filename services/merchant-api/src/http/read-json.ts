import { usualLargestBodyBytes } from '@huidiao/contracts';
import { type Request, type RequestHandler, type Response, raw } from 'express';
import { hasManyValues } from './has-many-values.ts';
import { isClientGone } from './is-client-gone.ts';
import { type Problem, sendProblem } from './problem.ts';

/** Several times what the largest request has that any schema takes. */
const mostValues = 50_000;

/**
 * Handlers that leave `req.body` as parsed JSON, or answer 413, 415 or 400. The body must be UTF-8 to the letter:
 * Express's own parser would turn wrong bytes into U+FFFD, and a garbled description would become an order's.
 */
export function readJson(largestBodyBytes = usualLargestBodyBytes): RequestHandler[] {
  return [requireJson, raw({ type: () => true, limit: largestBodyBytes, inflate: false }), parseBody];
}

const requireJson: RequestHandler = (req, res, next) => {
  if (isUtf8Json(req.headers['content-type'] ?? '')) next();
  else sendProblem(res, { status: 415, code: 'REQUEST_MEDIA_TYPE' });
};

function isUtf8Json(contentType: string): boolean {
  const [mediaType = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='));
  return (
    mediaType.trim() === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))
  );
}

const parseBody: RequestHandler = (req: Request, res: Response, next) => {
  // Express's reader passes on a request whose client went away before it began to read, as if it had no body.
  if (isClientGone(req)) return void res.destroy();
  const refuse = (problem: Pick<Problem, 'detail' | 'errors'>) =>
    sendProblem(res, { status: 400, code: 'REQUEST_INVALID', ...problem });
  if (Buffer.isBuffer(req.body) && hasManyValues(req.body, mostValues)) {
    refuse({ errors: [{ field: 'body', message: `must not have more than ${mostValues} values` }] });
    return;
  }
  const parsed = parseJson(req.body);
  if (parsed === undefined) {
    refuse({ detail: 'The body is not valid JSON in UTF-8.' });
    return;
  }
  if (hasProtoKey(parsed.value)) {
    refuse({ errors: [{ field: protoKey, message: 'is not a field here' }] });
    return;
  }
  req.body = parsed.value;
  next();
};

const protoKey = '__proto__';

/** Anywhere in it. Schemas whose keys are the client's own would pass over this one without a word. */
function hasProtoKey(value: unknown): boolean {
  const left = [value];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one !== 'object' || one === null) continue;
    if (Object.hasOwn(one, protoKey)) return true;
    // One by one: arguments of a call go on the stack, which has room for some ten thousand.
    for (const inner of Object.values(one)) if (typeof inner === 'object') left.push(inner);
  }
  return false;
}

function parseJson(body: unknown): { value: unknown } | undefined {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    return undefined;
  }
}

import { type Request, type RequestHandler, Router } from 'express';
import type { Context } from '../context.ts';
import type { ApiName } from '../faults.ts';
import { MiniProgramRefusal } from '../mini-program/api-error.ts';
import { stableToken } from '../mini-program/stable-token.ts';
import { subscribeSend } from '../mini-program/subscribe-send.ts';
import { compactStyle, type JsonValue, writeJson } from '../write-json.ts';
import { performFault } from './api-fault.ts';
import { collectRawBody, toJsonBody } from './raw-body.ts';

/** api.weixin.qq.com, mounted at /cgi-bin. */
export function createMiniProgramRouter(context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(collectRawBody);
  router.all(
    '/stable_token',
    createRoute(context, 'stable_token', (request) =>
      stableToken(context, toJsonBody(request), request.socket.remoteAddress ?? ''),
    ),
  );
  router.all(
    '/message/subscribe/send',
    createRoute(context, 'subscribe_send', (request) =>
      subscribeSend(context, request.query.access_token, toJsonBody(request)),
    ),
  );
  return router;
}

/** Errors are HTTP 200 with an errcode: only the body tells success from failure. */
function createRoute(
  context: Context,
  api: ApiName,
  operate: (request: Request) => JsonValue | Promise<JsonValue>,
): RequestHandler {
  return async (request, response) => {
    const faultBefore = context.faults.take(api, 'before');
    const answer = faultBefore === undefined ? await toAnswer(request, operate) : null;
    const fault = faultBefore ?? context.faults.take(api, 'after');
    const at = new Date().toISOString();
    if (fault !== undefined) {
      const performed = performFault(request, response, fault);
      return context.ledger.recordCall({ api, at, ...performed, fault: true, probe: false });
    }
    response
      .type('application/json; encoding=utf-8')
      .send(Buffer.from(writeJson(answer, compactStyle, context.random)));
    context.ledger.recordCall({ api, at, status: 200, code: toCode(answer), fault: false, probe: false });
  };
}

async function toAnswer(
  request: Request,
  operate: (request: Request) => JsonValue | Promise<JsonValue>,
): Promise<JsonValue> {
  try {
    if (request.method !== 'POST') throw new MiniProgramRefusal(43002, 'require POST method');
    return await operate(request);
  } catch (error) {
    if (error instanceof MiniProgramRefusal) return error.toBody();
    throw error;
  }
}

function toCode(answer: JsonValue): string {
  const hasCode = answer !== null && typeof answer === 'object' && 'errcode' in answer;
  return hasCode ? String(answer.errcode) : '0';
}

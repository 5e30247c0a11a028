import type { Request, RequestHandler } from 'express';
import type { Context } from '../context.ts';
import type { ApiName } from '../faults.ts';
import { MiniProgramRefusal } from '../mini-program/api-error.ts';
import { findAppOfToken } from '../mini-program/find-app.ts';
import type { SimulatedApp } from '../settings.ts';
import { compactStyle, type JsonValue, writeJson } from '../write-json.ts';
import { performFault } from './api-fault.ts';
import { toJsonBody } from './raw-body.ts';

/** A request to api.weixin.qq.com. */
export interface MiniProgramCall {
  readonly query: Readonly<Record<string, unknown>>;
  /** Undefined where it is no JSON. */
  readonly body: unknown;
  readonly callerAddress: string;
}

/** What an API does. Throws MiniProgramRefusal. */
export type MiniProgramOperation = (
  context: Context,
  call: MiniProgramCall,
) => JsonValue | Promise<JsonValue>;

export interface MiniProgramApi {
  readonly api: ApiName;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operate: MiniProgramOperation;
  /** The Content-Type of its answers, where that is not always JSON. */
  readonly contentType?: (context: Context) => string;
}

const jsonType = 'application/json; encoding=utf-8';

/** An operation on behalf of the app that the access_token is of. */
export function withApp(
  operate: (
    context: Context,
    app: SimulatedApp,
    body: unknown,
    call: MiniProgramCall,
  ) => JsonValue | Promise<JsonValue>,
  kind?: SimulatedApp['kind'],
): MiniProgramOperation {
  return (context, call) =>
    operate(context, findAppOfToken(context, call.query.access_token, kind), call.body, call);
}

/** Errors are HTTP 200 with an errcode: only the body tells success from failure. */
export function createMiniProgramRoute(context: Context, offered: MiniProgramApi): RequestHandler {
  const { api, contentType = () => jsonType } = offered;
  return async (request, response) => {
    const faultBefore = context.faults.take(api, 'before');
    const answer = faultBefore === undefined ? await toAnswer(context, request, offered) : null;
    const fault = faultBefore ?? context.faults.take(api, 'after');
    const at = new Date().toISOString();
    if (fault !== undefined) {
      const performed = performFault(request, response, fault);
      return context.ledger.recordCall({ api, at, ...performed, fault: true, probe: false });
    }
    response.type(contentType(context)).send(Buffer.from(writeJson(answer, compactStyle, context.random)));
    context.ledger.recordCall({ api, at, status: 200, code: toCode(answer), fault: false, probe: false });
  };
}

async function toAnswer(
  context: Context,
  request: Request,
  { method, operate }: MiniProgramApi,
): Promise<JsonValue> {
  try {
    if (request.method !== method) throw toMethodRefusal(method);
    return await operate(context, {
      query: request.query,
      body: toJsonBody(request),
      callerAddress: request.socket.remoteAddress ?? '',
    });
  } catch (error) {
    if (error instanceof MiniProgramRefusal) return error.toBody();
    throw error;
  }
}

function toMethodRefusal(method: MiniProgramApi['method']): MiniProgramRefusal {
  return method === 'GET'
    ? new MiniProgramRefusal(43001, 'require GET method')
    : new MiniProgramRefusal(43002, 'require POST method');
}

function toCode(answer: JsonValue): string {
  const hasCode = answer !== null && typeof answer === 'object' && 'errcode' in answer;
  return hasCode ? String(answer.errcode) : '0';
}

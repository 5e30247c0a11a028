import type { EndpointAuth, MerchantDirectory } from '@huidiao/contracts';
import type { Session, Store } from '@huidiao/store';
import type { Request, RequestHandler, Response } from 'express';
import type { Caller } from './endpoint-handler.ts';
import { sendProblem } from './problem.ts';
import { requestFactsOf } from './request-facts.ts';

/** `Authorization: Bearer <token>`. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const bearer = /^Bearer +([\x21-\x7e]{1,256}) *$/i;

export interface AuthenticateDeps {
  readonly apiKeys: Pick<Store['apiKeys'], 'authenticate'>;
  /** Any text may come in; `undefined` for a token that is malformed, unknown or has ended. */
  readonly sessions: { authenticate(token: string): Promise<Session | undefined> };
  readonly directory: MerchantDirectory;
}

const callers = new WeakMap<Response, Caller>();

/** Who sent the request that this response answers; `undefined` where nobody in particular may. */
export function callerOf(res: Response): Caller | undefined {
  return callers.get(res);
}

/** The token of a request, as it came; `undefined` where there is none of a form that any of ours has. */
export function bearerOf(req: Request): string | undefined {
  return bearer.exec(req.headers.authorization ?? '')?.[1];
}

/**
 * Lets through only requests with a token of the kinds that the endpoint takes, and makes its merchant the merchant of
 * the request. An unknown token, a revoked one, one of another kind and one of a merchant that is no longer configured
 * get the same answer.
 *
 * @throws AppError STORE_UNAVAILABLE.
 */
export function authenticate(deps: AuthenticateDeps, accepted: readonly EndpointAuth[]): RequestHandler {
  return async (req, res, next) => {
    const token = bearerOf(req);
    const caller = token === undefined ? undefined : await identify(deps, accepted, token);
    if (caller === undefined && !accepted.includes('nobody')) {
      sendProblem(res, {
        status: 401,
        code: 'REQUEST_UNAUTHENTICATED',
        headers: { 'www-authenticate': toChallenge(token) },
      });
      return;
    }
    if (caller !== undefined) {
      callers.set(res, caller);
      requestFactsOf(res).merchant = caller.merchant;
    }
    next();
  };
}

async function identify(
  { apiKeys, sessions, directory }: AuthenticateDeps,
  accepted: readonly EndpointAuth[],
  token: string,
): Promise<Caller | undefined> {
  if (accepted.includes('api_key')) {
    const known = await apiKeys.authenticate(token);
    const merchant = known && directory.merchants.get(known.mchId);
    if (known !== undefined && merchant !== undefined)
      return { kind: 'api_key', merchant, keyId: known.keyId };
  }
  if (!accepted.includes('session')) return undefined;
  const session = await sessions.authenticate(token);
  const merchant = session && directory.merchants.get(session.mchId);
  // An app that a merchant lists no more takes its users' logins with it.
  if (session === undefined || !merchant?.appIds.includes(session.appId)) return undefined;
  const { appId, openId, sessionId } = session;
  return { kind: 'session', merchant, appId, openId, sessionId };
}

/** A request without a token gets no error in the challenge. https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
function toChallenge(token: string | undefined): string {
  return token === undefined ? 'Bearer realm="huidiao"' : 'Bearer realm="huidiao", error="invalid_token"';
}

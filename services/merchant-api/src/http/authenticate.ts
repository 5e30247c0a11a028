import type { MerchantDirectory } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { RequestHandler } from 'express';
import { sendProblem } from './problem.ts';
import { requestFactsOf } from './request-facts.ts';

/** `Authorization: Bearer <api key>`. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const bearer = /^Bearer +([\x21-\x7e]{1,256}) *$/i;

/**
 * Lets through only requests with a good API key, and makes the key's merchant the merchant of the request. An
 * unknown key, a revoked one and one of a merchant that is no longer configured get the same answer.
 *
 * @throws AppError STORE_UNAVAILABLE.
 */
export function authenticate(
  apiKeys: Pick<Store['apiKeys'], 'authenticate'>,
  directory: MerchantDirectory,
): RequestHandler {
  return async (req, res, next) => {
    const key = bearer.exec(req.headers.authorization ?? '')?.[1];
    const known = key === undefined ? undefined : await apiKeys.authenticate(key);
    const merchant = known === undefined ? undefined : directory.merchants.get(known.mchId);
    if (merchant === undefined) {
      sendProblem(res, {
        status: 401,
        code: 'REQUEST_UNAUTHENTICATED',
        headers: { 'www-authenticate': toChallenge(key) },
      });
      return;
    }
    requestFactsOf(res).merchant = merchant;
    next();
  };
}

/** A request without a key gets no error in the challenge. https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
function toChallenge(key: string | undefined): string {
  return key === undefined ? 'Bearer realm="huidiao"' : 'Bearer realm="huidiao", error="invalid_token"';
}

import type { Clock, MerchantApi, MerchantDirectory } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import type { LoginClient, LoginResult } from '@huidiao/wechat';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import { createUserVault } from '../users/user-secrets.ts';
import { findLoginApp } from './find-login-app.ts';

export interface CreateSessionDeps {
  readonly directory: MerchantDirectory;
  readonly loginClient: Pick<LoginClient, 'login'>;
  readonly users: Pick<Store['users'], 'recordLogin'>;
  readonly sessions: Pick<Store['sessions'], 'create'>;
  readonly clock: Clock;
}

/** `POST /v1/sessions`: the user is kept before the session is, so that no session lacks its session_key. */
export function serveCreateSession(deps: CreateSessionDeps): EndpointHandler<MerchantApi['createSession']> {
  return async ({ body, facts }) => {
    const found = findLoginApp(deps.directory, body);
    if ('errors' in found) {
      return { problem: { status: 400, code: 'REQUEST_INVALID', errors: found.errors } };
    }
    const { app, merchant } = found;
    facts.merchant = merchant;
    const result = await deps.loginClient.login(app, body.code);
    if (result.kind !== 'done') {
      Object.assign(facts, { outcome: result.kind, ...toRemoteFacts(result.error) });
      return { problem: toLoginProblem(result) };
    }

    const { openId, sessionKey, unionId } = result.login;
    const person = { appId: app.appId, openId };
    const vault = createUserVault(app, person);
    const now = deps.clock.now();
    const { isNew } = await deps.users.recordLogin(person, {
      unionId,
      toSecrets: (before) => vault.toSecretsAfterLogin(before, sessionKey, now),
    });
    const expiresAt = new Date(now.getTime() + app.sessionTtlMs);
    const { token } = await deps.sessions.create({ ...person, mchId: merchant.mchId, expiresAt });
    facts.outcome = 'logged_in';
    return {
      status: 201,
      body: { token, expires_at: expiresAt.toISOString(), is_new_user: isNew },
    };
  };
}

/**
 * What the client has to do, by the code alone.
 * @throws AppError of what is not the client's to mend
 */
function toLoginProblem({ kind, error }: Exclude<LoginResult, { kind: 'done' }>): Problem {
  if (kind === 'unknown') return { status: 504, code: 'LOGIN_UNFINISHED' };
  switch (error.code) {
    case 'LOGIN_CODE_INVALID':
    case 'LOGIN_CODE_USED':
      return { status: 422, code: error.code };
    case 'LOGIN_BLOCKED':
      return { status: 403, code: error.code };
    case 'LOGIN_TOO_FREQUENT':
      return { status: 429, code: error.code, retryAfterSeconds: toSeconds(error) };
    case 'WECHAT_REFUSED':
      return { status: 422, code: error.code, detail: `WeChat answered ${error.details.remoteCode}.` };
    default:
      throw error;
  }
}

function toSeconds({ retryAfterMs = 60_000 }: AppError): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1_000));
}

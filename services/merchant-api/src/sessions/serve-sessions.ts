import type { MerchantApi, MerchantDirectory, SessionResource } from '@huidiao/contracts';
import type { Session, Store, User } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import { createUserVault } from '../users/user-secrets.ts';

export interface SessionDeps {
  readonly directory: MerchantDirectory;
  readonly users: Pick<Store['users'], 'find'>;
  readonly sessions: Pick<Store['sessions'], 'authenticate' | 'find' | 'end'>;
}

/** `GET /v1/sessions/current`. */
export function serveReadSession(deps: SessionDeps): EndpointHandler<MerchantApi['readSession']> {
  return async ({ caller, facts }) => {
    const session = await deps.sessions.find(caller.sessionId);
    // It ended since its token was looked at.
    if (session === undefined) return { problem: { status: 401, code: 'REQUEST_UNAUTHENTICATED' } };
    facts.outcome = 'read';
    return { status: 200, body: toSessionResource(deps, session, await deps.users.find(session)) };
  };
}

/** `DELETE /v1/sessions/current`. */
export function serveEndSession(deps: SessionDeps): EndpointHandler<MerchantApi['endSession']> {
  return async ({ caller, facts }) => {
    await deps.sessions.end(caller.sessionId);
    facts.outcome = 'ended';
    return { status: 204, body: undefined };
  };
}

/** `POST /v1/sessions/inspection`: a token of another merchant is as unknown as one that does not exist. */
export function serveInspectSession(deps: SessionDeps): EndpointHandler<MerchantApi['inspectSession']> {
  return async ({ body, caller: { merchant }, facts }) => {
    const session = await deps.sessions.authenticate(body.token);
    const isOwn = session?.mchId === merchant.mchId && merchant.appIds.includes(session.appId);
    if (session === undefined || !isOwn) return { problem: { status: 404, code: 'SESSION_NOT_FOUND' } };
    const user = await deps.users.find(session);
    facts.outcome = 'inspected';
    return {
      status: 200,
      body: {
        ...toSessionResource(deps, session, user),
        openid: session.openId,
        ...(user?.unionId === undefined ? {} : { unionid: user.unionId }),
      },
    };
  };
}

function toSessionResource(
  { directory }: SessionDeps,
  session: Session,
  user: User | undefined,
): SessionResource {
  const app = directory.apps.get(session.appId);
  const profile = app && user && createUserVault(app, user).openProfile(user.secrets);
  return {
    mchid: session.mchId,
    appid: session.appId,
    created_at: session.createdAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    ...(profile === undefined ? {} : { profile }),
  };
}

import type { Context } from '../context.ts';
import type { SimulatedApp } from '../settings.ts';
import { MiniProgramRefusal } from './api-error.ts';

/**
 * The app that an access_token is of. Throws MiniProgramRefusal: 41001 without one, 42001 past its time, 40001 for
 * one of nobody, 48001 where this kind of app has no right to the API.
 */
export function findAppOfToken(
  context: Context,
  accessToken: unknown,
  kind: SimulatedApp['kind'] = 'mini-program',
): SimulatedApp {
  if (typeof accessToken !== 'string' || accessToken === '') {
    throw new MiniProgramRefusal(41001, 'access_token missing');
  }
  const { state, appId } = context.tokens.look(accessToken);
  if (state === 'expired') throw new MiniProgramRefusal(42001, 'access_token expired');
  const app = appId === undefined ? undefined : context.apps.get(appId);
  if (app === undefined) {
    throw new MiniProgramRefusal(40001, 'invalid credential, access_token is invalid or not latest');
  }
  if ((app.kind ?? 'mini-program') !== kind) throw new MiniProgramRefusal(48001, 'api unauthorized');
  return app;
}

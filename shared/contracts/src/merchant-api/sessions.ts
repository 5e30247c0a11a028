import { z } from 'zod';
import { appId, mchId, openId } from '../ids.ts';
import { noBody, toEndpoint } from './endpoint.ts';
import { instant, told } from './told.ts';
import { keptProfile } from './users.ts';

/** Body of `POST /v1/sessions`. */
export const createSessionRequest = z
  .strictObject({
    appid: appId.describe('The mini-program.'),
    code: z
      .string()
      .regex(/^[\x21-\x7e]{1,512}$/, 'must be the code of wx.login')
      .meta({
        description: 'Of wx.login: good for one request within five minutes.',
        examples: ['0b3Xl0000RfYmJ1Sfz000OnXqa2Xl00k'],
      }),
    mchid: mchId
      .optional()
      .describe('Whose shop it is (商户号); may be left out where one merchant alone lists the app.'),
  })
  .meta({ id: 'CreateSessionRequest', description: 'What wx.login gave.' });
export type CreateSessionRequest = z.infer<typeof createSessionRequest>;

const expiresAt = instant(
  'Until when the token is good. It is not prolonged: log in again then, of which the user sees nothing.',
).meta({ examples: ['2027-01-12T02:00:00.000Z'] });

const sessionToken = z.string().meta({
  description: 'Goes into `Authorization: Bearer …` of the requests of the user.',
  examples: ['hds_3q2-7wEjRWeJq83v7wEjRWeJq83v7wEjRWeJq83v7wE'],
});

export const createSessionResponse = z
  .strictObject({
    token: sessionToken.describe(
      'Goes into `Authorization: Bearer …` of the requests of the user; shown this once.',
    ),
    expires_at: expiresAt,
    is_new_user: z
      .boolean()
      .meta({ description: 'Whether nothing was known of the user in this app.', examples: [true] }),
  })
  .meta({ id: 'CreatedSession', description: 'The user is logged in.' });
export type CreateSessionResponse = z.infer<typeof createSessionResponse>;

/** A session as its own user sees it: without the openid, of which a mini-program makes no use. */
export const sessionResource = z
  .strictObject({
    mchid: told(mchId),
    appid: told(appId),
    created_at: instant('When the user logged in.'),
    expires_at: expiresAt,
    profile: keptProfile
      .optional()
      .describe('What the user told of themselves; absent where that is nothing.'),
  })
  .meta({ id: 'Session', description: 'A login of a user, as the user sees it.' });
export type SessionResource = z.infer<typeof sessionResource>;

export const inspectedSession = sessionResource
  .extend({
    openid: told(openId),
    unionid: z
      .string()
      .optional()
      .describe(
        'The same user in all apps of one account of the open platform (unionid), where the app is bound to one (微信开放平台).',
      ),
  })
  .meta({
    id: 'InspectedSession',
    description: "A login for the shop's own server, which has to know whose token it was sent.",
  });
export type InspectedSession = z.infer<typeof inspectedSession>;

export const inspectSessionRequest = z
  .strictObject({
    token: z.string().min(1).max(256).meta({
      description: 'The token that the mini-program sent to the shop.',
      examples: sessionToken.meta()?.examples,
    }),
  })
  .meta({ id: 'InspectSessionRequest', description: 'Whose token it is.' });

export const sessionEndpoints = {
  createSession: toEndpoint({
    method: 'POST',
    path: '/v1/sessions',
    auth: ['nobody'],
    summary: 'Logs a user in (登录); each try, also after a 503, takes a new code',
    description:
      'With the code of wx.login, which is good once. After any answer but 201 call wx.login again and send the new code, after a 503 with Retry-After too: WeChat may have taken the code before it failed, so the same request is not worth repeating.',
    body: createSessionRequest,
    answers: { 201: createSessionResponse },
    problems: [
      'LOGIN_CODE_INVALID',
      'LOGIN_CODE_USED',
      'LOGIN_BLOCKED',
      'LOGIN_TOO_FREQUENT',
      'LOGIN_UNFINISHED',
      'WECHAT_REFUSED',
    ],
  }),
  readSession: toEndpoint({
    method: 'GET',
    path: '/v1/sessions/current',
    auth: ['session'],
    summary: 'The session of the token',
    description: 'That of the token which the request carries.',
    answers: { 200: sessionResource },
    problems: [],
  }),
  endSession: toEndpoint({
    method: 'DELETE',
    path: '/v1/sessions/current',
    auth: ['session'],
    summary: 'Logs out',
    description: 'The token that the request carries is worth nothing from now on.',
    answers: { 204: noBody },
    problems: [],
  }),
  inspectSession: toEndpoint({
    method: 'POST',
    path: '/v1/sessions/inspection',
    auth: ['api_key'],
    summary: 'Whose token it is',
    description: "For the shop's own server, which a mini-program sends its token to.",
    body: inspectSessionRequest,
    answers: { 200: inspectedSession },
    problems: ['SESSION_NOT_FOUND'],
  }),
} as const;

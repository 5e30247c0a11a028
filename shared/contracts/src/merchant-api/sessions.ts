import { z } from 'zod';
import { appId, mchId, openId } from '../ids.ts';
import { noBody, toEndpoint } from './endpoint.ts';
import { keptProfile } from './users.ts';

/** Body of `POST /v1/sessions`. */
export const createSessionRequest = z.strictObject({
  appid: appId,
  /** Of wx.login: good for one request within five minutes. */
  code: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'must be the code of wx.login'),
  /** Whose shop it is; may be left out where one merchant alone lists the app. */
  mchid: mchId.optional(),
});
export type CreateSessionRequest = z.infer<typeof createSessionRequest>;

export const createSessionResponse = z.strictObject({
  /** Goes into `Authorization: Bearer …` of the user's requests; shown this once. */
  token: z.string(),
  /** It is not prolonged: log in again then, of which the user sees nothing. */
  expires_at: z.iso.datetime(),
  /** Whether nothing was known of the user in this app. */
  is_new_user: z.boolean(),
});
export type CreateSessionResponse = z.infer<typeof createSessionResponse>;

/** A session as its own user sees it: without the openid, of which a mini-program makes no use. */
export const sessionResource = z.strictObject({
  mchid: z.string(),
  appid: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  /** What the user told of themselves; absent where that is nothing. */
  profile: keptProfile.optional(),
});
export type SessionResource = z.infer<typeof sessionResource>;

/** The same for the shop's own server, which has to know whose token it was sent. */
export const inspectedSession = sessionResource.extend({
  openid: openId,
  /** Where the app is bound to an account of WeChat's open platform (微信开放平台). */
  unionid: z.string().optional(),
});
export type InspectedSession = z.infer<typeof inspectedSession>;

export const inspectSessionRequest = z.strictObject({ token: z.string().min(1).max(256) });

export const sessionEndpoints = {
  createSession: toEndpoint({
    method: 'POST',
    path: '/v1/sessions',
    auth: ['nobody'],
    summary:
      'Logs a user of a mini-program in with the code of wx.login. A code is good once: after any answer but 201 call wx.login again.',
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
    summary: 'The session of the token that the request carries.',
    answers: { 200: sessionResource },
    problems: [],
  }),
  endSession: toEndpoint({
    method: 'DELETE',
    path: '/v1/sessions/current',
    auth: ['session'],
    summary: 'Logs out: the token is worth nothing from now on.',
    answers: { 204: noBody },
    problems: [],
  }),
  inspectSession: toEndpoint({
    method: 'POST',
    path: '/v1/sessions/inspection',
    auth: ['api_key'],
    summary: "Whose token it is, for the shop's own server, which a mini-program sends it to.",
    body: inspectSessionRequest,
    answers: { 200: inspectedSession },
    problems: ['SESSION_NOT_FOUND'],
  }),
} as const;

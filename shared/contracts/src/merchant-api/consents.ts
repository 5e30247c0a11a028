import { z } from 'zod';
import { toEndpoint } from './endpoint.ts';
import { templateId } from './message-channel.ts';

/** Which answers of wx.requestSubscribeMessage allow a message. */
export const acceptedAnswers: ReadonlySet<string> = new Set([
  'accept',
  'acceptWithAlert',
  'acceptWithAudio',
  'acceptWithForcePush',
]);

/** https://developers.weixin.qq.com/miniprogram/dev/api/open-api/subscribe-message/wx.requestSubscribeMessage.html */
const consentAnswer = z
  .enum(['accept', 'acceptWithAlert', 'acceptWithAudio', 'acceptWithForcePush', 'reject', 'ban', 'filter'])
  .meta({
    id: 'ConsentAnswer',
    description:
      "The user's answer. `accept`, `acceptWithAlert`, `acceptWithAudio`, `acceptWithForcePush`: allowed. `reject`: refused. `ban`: WeChat has banned the template. `filter`: it was not asked, for another template has the same title.",
    examples: ['accept'],
  });

/** Body of `POST /v1/users/consents`. */
export const reportConsentsRequest = z
  .strictObject({
    answers: z
      .record(templateId, consentAnswer)
      .refine(
        (answers) => Object.keys(answers).length > 0 && Object.keys(answers).length <= 10,
        'must have 1 to 10 templates',
      )
      .meta({
        description: "模板ID → the user's answer, for 1 to 10 templates.",
        examples: [{ 'LzeDP2G5PSgHoIjCTs9Q-s1HLRGmHE3K9c8OTbo0wTY': 'accept' }],
      }),
  })
  .meta({
    id: 'ReportConsentsRequest',
    description: 'What wx.requestSubscribeMessage gave the page, without its errMsg.',
  });
export type ReportConsentsRequest = z.infer<typeof reportConsentsRequest>;

export const reportConsentsResponse = z
  .strictObject({
    woken: z
      .number()
      .int()
      .meta({ description: 'How many messages waited for it and are tried now.', examples: [1] }),
  })
  .meta({ id: 'ReportedConsents', description: 'What followed.' });
export type ReportConsentsResponse = z.infer<typeof reportConsentsResponse>;

export const consentEndpoints = {
  reportConsents: toEndpoint({
    method: 'POST',
    path: '/v1/users/consents',
    auth: ['session'],
    summary: 'What the user answered to wx.requestSubscribeMessage',
    description:
      "A message that waits for the user's consent is tried at once. It grants nothing: WeChat's own event is what counts as consent.",
    body: reportConsentsRequest,
    answers: { 200: reportConsentsResponse },
    problems: [],
  }),
} as const;

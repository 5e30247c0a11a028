import { z } from 'zod';
import { toEndpoint } from './endpoint.ts';
import { cancelledMessage } from './message-example.ts';
import { createMessagesRequest } from './message-request.ts';
import { messageId, messageResource } from './message-resource.ts';

export const createMessagesResponse = z
  .strictObject({ messages: z.array(messageResource).describe('In the order of the request.') })
  .meta({ id: 'CreatedMessages', description: 'The messages, each as far as it is.' });
export type CreateMessagesResponse = z.infer<typeof createMessagesResponse>;

const messagePath = z.strictObject({ message_id: messageId });

export const messageEndpoints = {
  createMessages: toEndpoint({
    method: 'POST',
    path: '/v1/messages',
    auth: ['api_key'],
    summary: 'Tells users something, now or later',
    description:
      "Each message is told at most once. Its data are checked against the kinds of the template's keywords before anything is taken: all messages are taken, or none. The same request may be repeated. Where another request takes one of its keys for other content at the same moment, it is MESSAGE_CONFLICT, and what was stored of it is `cancelled`, unless somebody has begun to send it: ask again with new keys.",
    body: createMessagesRequest,
    largestBodyBytes: 8 * 1_024 * 1_024,
    answers: { 201: createMessagesResponse, 200: createMessagesResponse },
    problems: ['MESSAGE_CONFLICT'],
  }),
  readMessage: toEndpoint({
    method: 'GET',
    path: '/v1/messages/{message_id}',
    auth: ['api_key'],
    summary: 'How far a message is',
    description: 'Its state, and what WeChat said of it.',
    params: messagePath,
    unknownPath: 'MESSAGE_NOT_FOUND',
    answers: { 200: messageResource },
    problems: ['MESSAGE_NOT_FOUND'],
  }),
  cancelMessage: toEndpoint({
    method: 'DELETE',
    path: '/v1/messages/{message_id}',
    auth: ['api_key'],
    summary: 'Takes back a message',
    description: 'One that was not sent yet. It may be repeated.',
    params: messagePath,
    unknownPath: 'MESSAGE_NOT_FOUND',
    answers: { 200: messageResource },
    answerExamples: { 200: cancelledMessage },
    problems: ['MESSAGE_NOT_FOUND', 'MESSAGE_NOT_CANCELLABLE'],
  }),
} as const;

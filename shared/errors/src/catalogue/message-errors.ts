import type { ErrorTable } from './error-table.ts';

/** Messages to buyers (订阅消息, 模板消息). */
export const messageErrors = {
  MESSAGE_NOT_SUBSCRIBED: {
    kind: 'permanent',
    meaning: 'The buyer did not agree to this message, or the agreement is used up (43101).',
    whatToDo:
      'Nothing: it waits for a consent until its latest useful time; then tell the buyer another way if it matters.',
  },
  MESSAGE_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat refuses this message for good (template, data or recipient).',
    whatToDo: 'Read remoteCode in the details; mend the template or its data.',
  },
  MESSAGE_TEMPLATE_UNKNOWN: {
    kind: 'permanent',
    meaning: 'The app has no template of the name that the message asks for.',
    whatToDo: 'Add it under templates of the app, then replay.',
  },
  MESSAGE_CONTENT_UNREADABLE: {
    kind: 'permanent',
    meaning: 'What a message says was sealed under an app secret that nobody has any more.',
    whatToDo: 'Put the secret of before into app_secret_previous, then replay; or create the message anew.',
  },
  MESSAGE_RECIPIENT_BUSY: {
    kind: 'throttled',
    meaning: 'Another message to the same buyer is being sent (43108 if both went out).',
    whatToDo: 'Nothing; it goes out a moment later.',
  },
  MESSAGE_CONFLICT: {
    kind: 'permanent',
    meaning: 'An idempotency_key names a message of other content already.',
    whatToDo: 'Use a new idempotency_key, or repeat the message exactly.',
  },
  MESSAGE_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no message of this id.',
    whatToDo: 'Check the message_id and the API key.',
  },
  MESSAGE_NOT_CANCELLABLE: {
    kind: 'permanent',
    meaning: 'The message was sent, or is being sent, or has ended otherwise.',
    whatToDo: 'Read the message; nothing can be taken back.',
  },
} as const satisfies ErrorTable;

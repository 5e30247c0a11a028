import type { App, Merchant, MerchantDirectory, MessageChannel, MessageRequest } from '@huidiao/contracts';
import type { FieldError } from '../http/problem.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** So far ahead may a message be asked for. */
const longestAheadMs = 30 * dayMs;
const longestUsefulMs = 7 * dayMs;
const usualUsefulMs = dayMs;

/** When a message may be sent. */
export interface MessageTimes {
  readonly sendAt: Date;
  readonly usefulUntil: Date;
  /** Of its fallback: the message itself is given up sooner where it has one. */
  readonly fallbackUsefulUntil: Date;
}

/** The times of a message that is asked for now; one of the past is sent at once. */
export function toMessageTimes({ send_at, useful_until, fallback }: MessageRequest, now: Date): MessageTimes {
  const sendAt = send_at === undefined ? now : new Date(send_at);
  const from = Math.max(sendAt.getTime(), now.getTime());
  const until = useful_until === undefined ? from + usualUsefulMs : new Date(useful_until).getTime();
  const own = fallback === undefined ? until : Math.min(until, from + fallback.after_minutes * minuteMs);
  return { sendAt, usefulUntil: new Date(own), fallbackUsefulUntil: new Date(until) };
}

/** What is wrong with the times of a message that is asked for now. */
export function findTimeErrors(
  { sendAt, fallbackUsefulUntil: until }: MessageTimes,
  now: Date,
): FieldError[] {
  const from = Math.max(sendAt.getTime(), now.getTime());
  if (from > now.getTime() + longestAheadMs)
    return [{ field: 'send_at', message: 'must be at most 30 days ahead' }];
  if (until.getTime() <= from)
    return [{ field: 'useful_until', message: 'must be in the future, and after send_at' }];
  if (until.getTime() > from + longestUsefulMs)
    return [{ field: 'useful_until', message: 'must be at most 7 days after send_at' }];
  return [];
}

/** Whose apps a message may be sent by. */
export interface AppChoice {
  readonly merchant: Pick<Merchant, 'appIds'>;
  readonly directory: Pick<MerchantDirectory, 'apps'>;
}

const kinds: Readonly<Record<MessageChannel, NonNullable<App['kind']>>> = {
  subscribe: 'mini_program',
  template: 'service_account',
};

/** What keeps a message, and its fallback, from the apps that they name. */
export function findAppErrors(choice: AppChoice, message: MessageRequest): FieldError[] {
  const { fallback } = message;
  const own = findAppError(choice, message);
  const others = fallback === undefined ? undefined : findAppError(choice, fallback);
  return [
    ...(own === undefined ? [] : [own]),
    ...(others === undefined ? [] : [{ ...others, field: `fallback.${others.field}` }]),
  ];
}

function findAppError(
  { merchant, directory }: AppChoice,
  { appid, channel }: { readonly appid: string; readonly channel: MessageChannel },
): FieldError | undefined {
  const app = merchant.appIds.includes(appid) ? directory.apps.get(appid) : undefined;
  if (app === undefined) return { field: 'appid', message: 'is no app of this merchant' };
  const kind = app.kind ?? 'mini_program';
  if (kind === kinds[channel]) return undefined;
  return { field: 'channel', message: `is not for a ${kind}` };
}

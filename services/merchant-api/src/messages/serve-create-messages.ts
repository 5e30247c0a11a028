import type { Merchant, MerchantApi, MessageRequest } from '@huidiao/contracts';
import { type Message, type RequestedMessage, toMessageJob } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { FieldError, Problem } from '../http/problem.ts';
import { findAppErrors, findTimeErrors, toMessageTimes } from './check-message.ts';
import type { MessageEndpointDeps } from './message-endpoints.ts';
import { toMessageResource } from './to-message-resource.ts';
import { toContentHash, toMessageNames, toRequestedMessage } from './to-requested-message.ts';

type CreateDeps = Pick<MessageEndpointDeps, 'messages' | 'directory' | 'producer' | 'clock' | 'logger'>;

/** A message of the request: there already, or to be stored. */
type Asked = { readonly known: Message } | { readonly wanted: RequestedMessage };

/** Below the pool's connections. */
const storedAtOnce = 16;
/** How long the reconciler leaves the job of a message to whoever asked for it. */
const graceMs = 5_000;

/**
 * `POST /v1/messages`: all of them are checked before any is stored, and jobs are added once all are stored. The rows
 * are what counts; the jobs are a hint.
 */
export function serveCreateMessages(deps: CreateDeps): EndpointHandler<MerchantApi['createMessages']> {
  return async ({ body, caller, facts }) => {
    const { messages: requests } = body;
    const asked = await checkAll(deps, caller.merchant, requests, facts.requestId);
    if ('problem' in asked) return asked;
    const taken = await storeAll(deps, asked.messages);
    const conflict = toConflict(
      requests,
      taken.map(({ message }) => message),
    );
    if (conflict !== undefined) {
      await takeBack(deps, taken);
      return { problem: conflict };
    }
    await addJobs(deps, taken);
    const isNew = taken.some((one) => one.isNew);
    facts.outcome = isNew ? 'queued' : 'repeated';
    const answer = { messages: taken.map(({ message }) => toMessageResource(message)) };
    return { status: isNew ? 201 : 200, body: answer };
  };
}

/** Those that are there already are not held against the times of now, which they may have outlived. */
async function checkAll(
  { messages, directory, clock }: CreateDeps,
  merchant: Merchant,
  requests: readonly MessageRequest[],
  requestId: string,
): Promise<{ readonly problem: Problem } | { readonly messages: readonly Asked[] }> {
  const { mchId } = merchant;
  const keys = requests.map((request) => toMessageNames(mchId, request.idempotency_key).key);
  const known = new Map((await messages.findAll(keys)).map((message) => [message.key, message]));
  const now = clock.now();
  const times = requests.map((request) => toMessageTimes(request, now));
  const errors = requests.flatMap((request, index) => {
    const time = times[index];
    if (time === undefined || known.has(keys[index] ?? '')) return [];
    const found = [...findAppErrors({ merchant, directory }, request), ...findTimeErrors(time, now)];
    return found.map(({ field, message }) => ({ field: `messages.${index}.${field}`, message }));
  });
  if (errors.length > 0) return { problem: { status: 400, code: 'REQUEST_INVALID', errors } };
  const conflict = toConflict(
    requests,
    keys.map((key) => known.get(key)),
  );
  if (conflict !== undefined) return { problem: conflict };
  const lane = requests.length === 1 ? 'live' : 'bulk';
  const asked = requests.map((request, index): Asked => {
    const present = known.get(keys[index] ?? '');
    if (present !== undefined) return { known: present };
    const time = times[index] ?? toMessageTimes(request, now);
    const context = { mchId, apps: directory.apps, times: time, requestId, lane } as const;
    return { wanted: toRequestedMessage(request, context) };
  });
  return { messages: asked };
}

/** Those whose key names a message of other content. */
function toConflict(
  requests: readonly MessageRequest[],
  present: readonly (Message | undefined)[],
): Problem | undefined {
  const errors = requests.flatMap((request, index): FieldError[] => {
    const message = present[index];
    if (message === undefined || message.contentHash === toContentHash(request)) return [];
    return [{ field: `messages.${index}.idempotency_key`, message: 'names a message of other content' }];
  });
  return errors.length === 0 ? undefined : { status: 409, code: 'MESSAGE_CONFLICT', errors };
}

interface Taken {
  readonly message: Message;
  readonly isNew: boolean;
  /** Whether it may be told at once. */
  readonly isDue: boolean;
}

async function storeAll(deps: CreateDeps, asked: readonly Asked[]): Promise<Taken[]> {
  return inTurns(asked, (one) => store(deps, one));
}

async function store({ messages, clock }: CreateDeps, asked: Asked): Promise<Taken> {
  if ('known' in asked) return { message: asked.known, isNew: false, isDue: false };
  const now = clock.now();
  const { sendAt } = asked.wanted;
  const isDue = sendAt <= now;
  const dueAt = isDue ? new Date(now.getTime() + graceMs) : sendAt;
  return { ...(await messages.request(asked.wanted, dueAt)), isDue };
}

/**
 * Between the look for conflicts and the rows another request took a key of these for other content. What this one has
 * stored is cancelled, if nobody began to send it: its job comes from the reconciler alone, seconds later.
 */
async function takeBack({ messages }: CreateDeps, taken: readonly Taken[]): Promise<void> {
  const own = taken.filter(({ isNew }) => isNew);
  await inTurns(own, ({ message }) => messages.settle(message.key, 'cancelled'));
}

async function addJobs(deps: CreateDeps, taken: readonly Taken[]): Promise<void> {
  const due = taken.filter(({ isNew, isDue }) => isNew && isDue);
  await inTurns(due, ({ message }) => addJob(deps, message));
}

/** Redis away is no reason to refuse what MongoDB has taken: the reconciler adds what is due. */
async function addJob({ producer, logger }: CreateDeps, message: Message): Promise<void> {
  const job = toMessageJob(message);
  await producer.add(job).catch((error: unknown) => {
    logger.debug({ err: error, jobId: job.id }, 'message left to the reconciler');
  });
}

/** Some at once, in the order of their list. */
async function inTurns<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let first = 0; first < list.length; first += storedAtOnce) {
    results.push(...(await Promise.all(list.slice(first, first + storedAtOnce).map(work))));
  }
  return results;
}

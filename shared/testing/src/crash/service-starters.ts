import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import type { AroundPorts, Clock, MerchantDirectory } from '@huidiao/contracts';
import * as ingress from '@huidiao/ingress';
import * as merchantApi from '@huidiao/merchant-api';
import * as messageWorker from '@huidiao/message-worker';
import * as orderWorker from '@huidiao/order-worker';
import * as reconciler from '@huidiao/reconciler';
import type { Lifecycle, Logger } from '@huidiao/runtime';
import type { ServiceName } from '../installation.ts';
import { waitFor } from '../wait-for.ts';

/** All that an instance of a service is made of. */
export interface InstanceSettings {
  readonly redisUrl: string;
  /** Redis cannot be reached at the address. */
  readonly isRedisAway: boolean;
  readonly mongoUri: string;
  readonly prefix: string;
  readonly directory: MerchantDirectory;
  /** The base of WeChat's APIs. */
  readonly wechatUrl: string;
  /** Where WeChat reaches the ingress. */
  readonly callbackBaseUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly aroundPorts: AroundPorts;
}

export interface StartedService {
  readonly lifecycle: Lifecycle;
  /** Of one that is called. */
  readonly http?: { readonly server: Server; readonly port: number };
}

/** Longer than a busy machine ever keeps a process from renewing its locks. */
const jobLockMs = 5_000;
/** What a process leaves undone is anybody's after this time, which nobody waits for: the clock is put forward. */
const leaseMs = 10_000;
/** By so much. */
export const leasesEndMs = 15_000;
/** By so much that of an order-worker: an upload to WeChat that it began is left to it for a minute. */
export const uploadLeaseEndsMs = 65_000;
/** So long that nobody has to prolong it, which would depend on how busy the machine is. */
const billLeaseMs = 60_000;
/** By so much that of the reconciler where a bill is checked. */
export const billLeaseEndsMs = 65_000;
const intervalMs = 250;
const limit = 200;
const anyPort = { host: '127.0.0.1', port: 0 };
const random = () => 0;
/** A refund that was accepted is asked about when the clock is put forward; none waits for another one. */
const refundPace = {
  orderSpacingMs: 0,
  userSpacingMs: 0,
  toFollowMs: () => 30_000,
  toAbnormalMs: () => 60_000,
  toShortageMs: () => 60_000,
};
const patience = { timeoutMs: 30_000 };

const toRedis = ({ redisUrl, prefix }: InstanceSettings) =>
  ({ url: redisUrl, prefix, appendfsync: 'always', waitReplicas: 0 }) as const;

type Starters = Readonly<Record<ServiceName, (settings: InstanceSettings) => Promise<StartedService>>>;

/** How each service is started. Its times are such that nothing runs out in a run that nobody disturbs. */
export const serviceStarters: Starters = {
  ingress: async (settings) => {
    const { mongoUri, wechatUrl, directory, isRedisAway, logger, clock, aroundPorts } = settings;
    const context = ingress.createContext(
      {
        logLevel: 'error',
        http: anyPort,
        health: anyPort,
        redis: { ...toRedis(settings), deadlineMs: 5_000 },
        mongo: { uri: mongoUri },
        inbox: { timeoutMs: 5_000 },
        body: { maxBytes: 1_500_000, timeoutMs: 5_000, budgetBytes: 64_000_000 },
        maxConnections: 1_000,
        wechatPayApiUrl: wechatUrl,
        directory,
      },
      { logger, clock, aroundPorts },
    );
    const { port } = await ingress.start(context);
    const { lifecycle, producer, inboxLook, server } = context;
    await waitFor('the ingress', () => (isRedisAway ? inboxLook.isReady() : producer.isReady()), patience);
    return { lifecycle, http: { server, port } };
  },
  'merchant-api': async (settings) => {
    const { mongoUri, wechatUrl, callbackBaseUrl, directory, logger, clock, aroundPorts } = settings;
    const context = merchantApi.createContext(
      {
        logLevel: 'error',
        http: { ...anyPort, drainMs: 100, trustedProxies: 0 },
        health: anyPort,
        redis: toRedis(settings),
        mongo: { uri: mongoUri },
        wechatPayApiUrl: wechatUrl,
        wechatApiUrl: wechatUrl,
        callbackBaseUrl,
        directory,
      },
      { logger, clock, aroundPorts, turn: { leaseMs: 500, waitMs: 5_000, pollMs: 50 } },
    );
    const { port } = await merchantApi.start(context);
    return { lifecycle: context.lifecycle, http: { server: context.server, port } };
  },
  'order-worker': async (settings) => {
    const { mongoUri, directory, logger, clock, aroundPorts } = settings;
    const context = orderWorker.createContext(
      {
        logLevel: 'error',
        health: anyPort,
        redis: toRedis(settings),
        mongo: { uri: mongoUri },
        wechatPayApiUrl: settings.wechatUrl,
        wechatApiUrl: settings.wechatUrl,
        concurrency: 5,
        effectGraceMs: leaseMs,
        jobLockMs,
        drainMs: 100,
        directory,
      },
      { logger, clock, aroundPorts, random, refundPace },
    );
    await orderWorker.start(context);
    return { lifecycle: context.lifecycle };
  },
  'message-worker': async ({ redisUrl, mongoUri, prefix, wechatUrl, directory, ...overrides }) => {
    const { logger, clock, aroundPorts } = overrides;
    const context = messageWorker.createContext(
      {
        logLevel: 'error',
        health: anyPort,
        redis: { url: redisUrl, prefix },
        mongo: { uri: mongoUri },
        wechatApiUrl: wechatUrl,
        concurrency: 5,
        jobLockMs,
        drainMs: 100,
        directory,
      },
      { logger, clock, aroundPorts, random },
    );
    await messageWorker.start(context);
    return { lifecycle: context.lifecycle };
  },
  reconciler: async (settings) => {
    const { mongoUri, wechatUrl, directory, logger, clock, aroundPorts } = settings;
    const context = reconciler.createContext(
      {
        logLevel: 'error',
        health: anyPort,
        redis: toRedis(settings),
        mongo: { uri: mongoUri },
        wechatPayApiUrl: wechatUrl,
        wechatApiUrl: wechatUrl,
        directory,
        effects: { intervalMs, leaseMs, limit },
        inbox: { intervalMs, leaseMs, limit },
        queries: { intervalMs, leaseMs, concurrency: 5, limit },
        epoch: { intervalMs, limit },
        sweep: { intervalMs, limit },
        shipping: { intervalMs, limit },
        bills: {
          intervalMs,
          leaseMs: billLeaseMs,
          folder: tmpdir(),
          mostBytes: 1_000_000_000,
          mostRows: 10_000_000,
        },
      },
      { logger, clock, aroundPorts, random: Math.random },
    );
    await reconciler.start(context);
    await waitFor('the reconciler', () => context.producer.isReady(), patience);
    return { lifecycle: context.lifecycle };
  },
};

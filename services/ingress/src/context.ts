import { createServer, type Server } from 'node:http';
import { type Clock, systemClock } from '@huidiao/contracts';
import { createProducer, type Producer } from '@huidiao/queue';
import {
  createLifecycle,
  createLogger,
  createMetrics,
  httpServerOptions,
  type Lifecycle,
  type Logger,
  type Metrics,
} from '@huidiao/runtime';
import { createReceivingMerchant } from '@huidiao/wechat';
import { createApp } from './app.ts';
import { createBodyBudget } from './body/body-budget.ts';
import { createCallbackMetrics } from './callback-metrics.ts';
import type { IngressConfig } from './config.ts';
import { createWechatPayNotificationHandler } from './routes/wechat-pay-notification.ts';

export interface IngressContext {
  readonly config: IngressConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly producer: Producer;
  readonly server: Server;
}

export interface IngressOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly producer?: Producer;
}

/** The whole wiring of the ingress. What it opens is released by its lifecycle, last in, first out. */
export function createContext(config: IngressConfig, overrides: IngressOverrides = {}): IngressContext {
  const logger = overrides.logger ?? createLogger({ service: 'ingress', level: config.logLevel });
  const metrics = createMetrics({ service: 'ingress' });
  const lifecycle = createLifecycle({ logger });
  const directory = config.directory;

  const producer =
    overrides.producer ??
    createProducer({
      redis: { url: config.redis.url },
      prefix: config.redis.prefix,
      durability: config.redis.appendfsync,
      waitReplicas: config.redis.waitReplicas,
      deadlineMs: config.redis.deadlineMs,
      logger,
      metrics,
    });
  lifecycle.onRelease('producer', () => producer.close());

  const bodyBudget = createBodyBudget(config.body.budgetBytes);
  const notification = createWechatPayNotificationHandler({
    merchants: new Map([...directory.merchants.values()].map((m) => [m.mchId, createReceivingMerchant(m)])),
    producer,
    bodyLimits: config.body,
    bodyBudget,
    clock: overrides.clock ?? systemClock,
    logger,
    metrics: createCallbackMetrics(metrics, bodyBudget),
  });

  return {
    config,
    logger,
    metrics,
    lifecycle,
    producer,
    server: createIngressServer(config, createApp(notification)),
  };
}

function createIngressServer(config: IngressConfig, listener: ReturnType<typeof createApp>): Server {
  const server = createServer(httpServerOptions, listener);
  server.maxConnections = config.maxConnections;
  return server;
}

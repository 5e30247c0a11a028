import { type AroundPorts, asTheyAre, type Clock, systemClock } from '@huidiao/contracts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import { type LiveDirectory, toLiveDirectory } from './merchant-directory/live-directory.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { ServiceConfig } from './service-config.ts';

/** What a test may give to any service in place of its own. */
export interface ServiceOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** See AroundPorts. */
  readonly aroundPorts?: AroundPorts;
}

/** What a test may give to a service that works jobs. */
export interface WorkerOverrides extends ServiceOverrides {
  /** For jitter: from 0 up to 1. */
  readonly random?: () => number;
  /** How soon the job of a process that died is found. */
  readonly lockMs?: number;
  /** For how long a worker may fetch nothing although jobs wait. */
  readonly stuckAfterMs?: number;
  /** How long an operation on the store looks for a server that takes writes. */
  readonly storeSelectionTimeoutMs?: number;
}

/** What every service has, whatever it does; its context is this and what it opens itself. */
export interface Service<C> {
  readonly name: string;
  readonly config: C;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  /** Closed after all that is opened later. */
  readonly directory: LiveDirectory;
  readonly clock: Clock;
  readonly around: AroundPorts;
  /** Closes the resource when the process drains, before all that was opened earlier; gives it back. */
  keep<R extends { close(): void | Promise<void> }>(name: string, resource: R): R;
}

/**
 * Opens what every service has. Nothing of it waits for anybody or can fail.
 *
 * @param name as logs and metrics have it, such as `order-worker`
 */
export function openService<C extends Pick<ServiceConfig, 'logLevel' | 'directory'>>(
  name: string,
  config: C,
  overrides: ServiceOverrides = {},
): Service<C> {
  const logger = overrides.logger ?? createLogger({ service: name, level: config.logLevel });
  const lifecycle = createLifecycle({ logger });
  const keep: Service<C>['keep'] = (of, resource) => {
    lifecycle.onRelease(of, () => resource.close());
    return resource;
  };
  return {
    name,
    config,
    logger,
    metrics: createMetrics({ service: name }),
    lifecycle,
    directory: keep('directory', toLiveDirectory(config.directory)),
    clock: overrides.clock ?? systemClock,
    around: overrides.aroundPorts ?? asTheyAre,
    keep,
  };
}

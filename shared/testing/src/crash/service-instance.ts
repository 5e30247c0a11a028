import type { ServiceName } from '../installation.ts';
import { createAroundPorts, type Watch } from './around-ports.ts';
import { createOwnAddress } from './own-address.ts';
import { createProcessLife } from './process-life.ts';
import { type InstanceSettings, type StartedService, serviceStarters } from './service-starters.ts';

/** One instance of a service, on connections that can be cut without cutting anybody else's. */
export interface ServiceInstance {
  readonly service: ServiceName;
  /** Where its HTTP server listens, if it has one. */
  readonly port: number | undefined;
  /** Resolves when it has ended as by SIGKILL. */
  readonly over: Promise<void>;
  /** Ends it as SIGKILL would. */
  kill(): void;
  /** Closes it, whether it has ended or not. */
  close(): Promise<void>;
}

/** Starts an instance; resolves when it is ready to work. */
export async function startServiceInstance(
  service: ServiceName,
  settings: Omit<InstanceSettings, 'aroundPorts'>,
  watch: Watch,
): Promise<ServiceInstance> {
  const redis = createOwnAddress(settings.redisUrl);
  const mongo = createOwnAddress(settings.mongoUri);
  if (settings.isRedisAway) await redis.cut();
  let started: StartedService | undefined;
  let isCut: Promise<unknown> = Promise.resolve();
  const cut = () => {
    isCut = Promise.all([redis.cut(), mongo.cut()]);
    started?.http?.server.closeAllConnections();
  };
  const life = createProcessLife(service, cut);
  const aroundPorts = createAroundPorts(life, watch);
  const own = { ...settings, redisUrl: redis.url, mongoUri: withoutDiscovery(mongo.url), aroundPorts };
  started = await serviceStarters[service](own);
  const { lifecycle, http } = started;
  return {
    service,
    port: http?.port,
    over: life.over,
    kill: () => life.end(),
    async close() {
      life.bury();
      // The driver writes its goodbye to a connection of whose end it has not heard, waits for a `drain` that cannot
      // come (mongodb 7.8, lib/cmap/connection.js, writeCommand), and never lets go of its monitor's timer.
      await isCut;
      await lifecycle.close();
      await Promise.all([redis.cut(), mongo.cut()]);
    },
  };
}

/** Otherwise the driver would learn a replica set's own addresses, and go past ours. */
function withoutDiscovery(mongoUri: string): string {
  const uri = new URL(mongoUri);
  uri.searchParams.set('directConnection', 'true');
  return uri.href;
}

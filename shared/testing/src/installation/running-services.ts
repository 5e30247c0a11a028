import type { Lifecycle } from '@huidiao/runtime';
import type { ServiceName } from './installation-options.ts';
import { type ServiceSettings, serviceStarters } from './service-starters.ts';

/** The services of an installation: which of them run, and where they are reached. */
export interface RunningServices {
  /** Of the ingress that was started last; 0 before. */
  readonly ingressPort: number;
  /** The base of merchant-api's paths; empty before it was started. */
  readonly apiUrl: string;
  /** Resolves when it is ready. */
  start(name: ServiceName): Promise<void>;
  /** As SIGTERM does; nothing where it does not run. */
  stop(name: ServiceName): Promise<void>;
  /** All at once. */
  stopAll(): Promise<void>;
}

/** Each in this process; starts those that are not left out, one after another. */
export function createRunningServices(
  settings: Omit<ServiceSettings, 'callbackBaseUrl'>,
): RunningServices & { startAll(): Promise<void> } {
  const running = new Map<ServiceName, Lifecycle>();
  const ports = new Map<ServiceName, number>();
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports.get(name) ?? 0}`;

  async function start(name: ServiceName): Promise<void> {
    const { lifecycle, port } = await serviceStarters[name]({
      ...settings,
      callbackBaseUrl: urlOf('ingress'),
    });
    running.set(name, lifecycle);
    if (port !== undefined) ports.set(name, port);
  }

  return {
    get ingressPort() {
      return ports.get('ingress') ?? 0;
    },
    get apiUrl() {
      return ports.has('merchant-api') ? urlOf('merchant-api') : '';
    },
    start,
    async startAll() {
      for (const name of Object.keys(serviceStarters) as ServiceName[]) {
        if (!settings.options.without?.includes(name)) await start(name);
      }
    },
    async stop(name) {
      await running.get(name)?.close();
      running.delete(name);
    },
    async stopAll() {
      await Promise.all([...running.values()].map((lifecycle) => lifecycle.close()));
    },
  };
}

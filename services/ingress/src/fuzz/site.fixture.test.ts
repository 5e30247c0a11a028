import type { AroundPorts } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { type CheckedJob, checkNewJob, type NewJob, type Producer } from '@huidiao/queue';
import { createLogger } from '@huidiao/runtime';
import type { CallbackHandler } from '../callback/callback-handler.ts';
import type { IngressConfig } from '../config.ts';
import { createContext, type IngressStore } from '../context.ts';
import { directory, now } from './installation.fixture.test.ts';
import { createWire, type WireAnswer, type WireRequest } from './wire.fixture.test.ts';

/** Everything that one request led to. */
export interface Visit {
  readonly answer: WireAnswer;
  /** What the log line of the callback says; undefined where no handler saw it. */
  readonly line: LogLine | undefined;
  /** What was queued, in its order: jobs that fit their schemas. */
  readonly jobs: readonly CheckedJob[];
  /** What went wrong inside: a throw, a rejection that nobody saw to, a handler that gave no answer. */
  readonly faults: readonly string[];
}

export interface LogLine {
  readonly outcome: string;
  readonly reason?: string;
}

/** The ingress with its whole wiring, before a queue that only remembers. Nothing of it leaves the process. */
export interface Site {
  visit(request: WireRequest): Promise<Visit>;
  close(): Promise<void>;
}

/** Bodies beyond it are refused; small, so that a case may be beyond it. */
export const maxBodyBytes = 200_000;

const config: IngressConfig = {
  logLevel: 'info',
  http: { host: '127.0.0.1', port: 0 },
  health: { host: '127.0.0.1', port: 0 },
  redis: {
    url: 'redis://127.0.0.1:1',
    prefix: 'fuzz',
    appendfsync: 'always',
    waitReplicas: 0,
    deadlineMs: 700,
  },
  mongo: { uri: 'mongodb://127.0.0.1:1' },
  inbox: { timeoutMs: 1_000 },
  body: { maxBytes: maxBodyBytes, timeoutMs: 4_000, budgetBytes: 10_000_000 },
  maxConnections: 1_000,
  wechatPayApiUrl: 'http://127.0.0.1:1',
  directory,
};

export function openSite(): Site {
  const seen = new Seen();
  const context = createContext(config, {
    clock: { now: () => now },
    logger: createLogger({ service: 'ingress', level: 'info' }, { write: (line) => seen.takeLine(line) }),
    producer: toProducer(seen),
    store: emptyStore,
    aroundPorts: toLookout(seen),
  });
  const wire = createWire(context.server);
  const onRejection = (reason: unknown) => seen.faults.push(`nobody saw to: ${describe(reason)}`);
  process.on('unhandledRejection', onRejection);
  return {
    async visit(request) {
      seen.forget();
      const answer = await wire.exchange(request);
      return { answer, line: seen.line, jobs: seen.jobs, faults: seen.faults };
    },
    async close() {
      process.off('unhandledRejection', onRejection);
      wire.close();
      await context.lifecycle.close();
    },
  };
}

class Seen {
  jobs: CheckedJob[] = [];
  faults: string[] = [];
  line: LogLine | undefined;

  forget(): void {
    this.jobs = [];
    this.faults = [];
    this.line = undefined;
  }

  takeLine(text: string): void {
    const line: LogLine & { event?: string } = JSON.parse(text);
    if (line.event === 'callback.received' || line.event === 'push_address.checked') this.line = line;
  }
}

/** As the real one, it takes no job that does not fit its schema; that the ingress asks for one is a fault. */
function toProducer(seen: Seen): Producer {
  const add = async (job: NewJob) => {
    try {
      seen.jobs.push(checkNewJob(job));
    } catch (error) {
      seen.faults.push(`a job does not fit its schema: ${describe(error)}`);
      throw error;
    }
  };
  return {
    add,
    addNow: add,
    isReady: () => true,
    close: async () => undefined,
  };
}

/** No case needs the inbox: the queue takes everything. */
const emptyStore: IngressStore = {
  isReady: async () => true,
  close: async () => undefined,
  inbox: { put: () => Promise.reject(new AppError('STORE_UNAVAILABLE')) },
  orders: { find: async () => undefined },
};

/** Looks on at each handler: it must neither throw nor leave a request without its answer. */
function toLookout(seen: Seen): AroundPorts {
  const watch =
    (handler: CallbackHandler): CallbackHandler =>
    async (request, response) => {
      try {
        await handler(request, response);
        if (response.writableEnded || response.destroyed) return;
        seen.faults.push('the handler gave no answer');
      } catch (error) {
        seen.faults.push(`the handler threw: ${describe(error)}`);
      }
      response.destroy();
    };
  return (ports) => {
    if (!('routes' in ports)) return ports;
    const routes = Object.entries(ports.routes as Record<string, CallbackHandler>);
    return { ...ports, routes: Object.fromEntries(routes.map(([name, route]) => [name, watch(route)])) };
  };
}

function describe(thrown: unknown): string {
  const { code, message } = toAppError(thrown);
  return `${code} ${message}`;
}

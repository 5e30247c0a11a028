import type { Clock } from '@huidiao/contracts';
import type { Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';

/** What the reconciler counts beyond its rounds. Labels are from closed sets. */
export interface ReconcilerMetrics {
  /** An order that WeChat Pay was asked about, by what became of it or the code of the failure. */
  queried(outcome: string): void;
  redisLost(): void;
  swept(what: 'effects' | 'open_orders', count: number): void;
}

/** Rows beyond it are not counted: counting reads them. */
const mostRows = 10_000;
const longestLookMs = 1_000;

/** Registers the metrics of the reconciler, with gauges that look at what waits in MongoDB when they are read. */
export function createReconcilerMetrics(
  metrics: Metrics,
  store: Pick<Store, 'inbox' | 'waitingJobs'>,
  clock: Clock,
): ReconcilerMetrics {
  watchInbox(metrics, store, clock);
  watchWaitingJobs(metrics, store);
  const queries = metrics.counter({
    name: 'huidiao_orders_queried_total',
    help: 'Open orders that WeChat Pay was asked about, by outcome; healed and refund_seen are payments whose callback was missed',
    labelNames: ['outcome'],
  });
  const losses = metrics.counter({
    name: 'huidiao_redis_losses_total',
    help: 'Times that this process noticed a Redis that had lost its data, or another one in its place',
  });
  const sweeps = metrics.counter({
    name: 'huidiao_swept_orders_total',
    help: 'Orders whose effects or whose query were made due because Redis was lost',
    labelNames: ['what'],
  });
  // From 0, so that the first one is seen to be an increase.
  losses.inc(0);
  return {
    queried: (outcome) => queries.inc({ outcome }),
    redisLost: () => losses.inc(),
    swept: (what, count) => sweeps.inc({ what }, count),
  };
}

function watchInbox(metrics: Metrics, { inbox }: Pick<Store, 'inbox'>, clock: Clock): void {
  metrics.gauge({
    name: 'huidiao_inbox_rows',
    help: `Acknowledged callbacks that wait in MongoDB for Redis, counted up to ${mostRows}; NaN while MongoDB is away`,
    async collect() {
      this.set(await inTime(inbox.count({ limit: mostRows })));
    },
  });
  metrics.gauge({
    name: 'huidiao_inbox_oldest_seconds',
    help: 'How long the oldest of them has waited; 0 when the inbox is empty, NaN while MongoDB is away',
    async collect() {
      const now = clock.now().getTime();
      const since = inbox.oldest().then((oldest) => now - (oldest?.getTime() ?? now));
      this.set(Math.max(0, (await inTime(since)) / 1_000));
    },
  });
}

function watchWaitingJobs(metrics: Metrics, { waitingJobs }: Pick<Store, 'waitingJobs'>): void {
  metrics.gauge({
    name: 'huidiao_waiting_jobs',
    help: `Payments and refunds that wait for their order to be registered, counted up to ${mostRows}; NaN while MongoDB is away`,
    async collect() {
      this.set(await inTime(waitingJobs.count({ limit: mostRows })));
    },
  });
}

/** NaN for what failed or took longer than a scrape should be held up. */
async function inTime(value: Promise<number>): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(resolve, longestLookMs, Number.NaN);
  });
  try {
    return await Promise.race([value.catch(() => Number.NaN), late]);
  } finally {
    clearTimeout(timer);
  }
}

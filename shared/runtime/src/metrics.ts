import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { createLabelBound, type Labels } from './label-bound.ts';

export interface MetricOptions {
  /** snake_case with its unit at the end: `huidiao_callbacks_total`, `huidiao_job_duration_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

export interface Counter {
  /** Adds `value`, 1 by default. */
  inc(labels?: Labels, value?: number): void;
  inc(value: number): void;
}

export interface Histogram {
  observe(labels: Labels, value: number): void;
  observe(value: number): void;
  /** Gives a function that observes the seconds since and returns them. */
  startTimer(labels?: Labels): (labels?: Labels) => number;
}

export interface Gauge {
  set(labels: Labels, value: number): void;
  set(value: number): void;
  inc(labels?: Labels, value?: number): void;
  dec(labels?: Labels, value?: number): void;
  /** Forgets what these labels stand for, such as a merchant that is configured no more. */
  remove(labels: Labels): void;
}

export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, in the unit of the name. Default: 1 ms to 30 s, in seconds. */
  readonly buckets?: readonly number[];
}

export interface GaugeOptions extends MetricOptions {
  /** Runs before each scrape, to set the gauge to what it is at that moment. */
  readonly collect?: (this: Gauge) => void | Promise<void>;
}

/** The metrics of one process. Asking twice for a name gives the same metric. */
export interface Metrics {
  readonly registry: Registry;
  counter(options: MetricOptions): Counter;
  histogram(options: HistogramOptions): Histogram;
  gauge(options: GaugeOptions): Gauge;
}

/**
 * A registry of its own with the metrics that prom-client takes of the process, and `service` on each.
 * The number of label combinations of one metric is bounded (label-bound.ts): a merchant or a code that comes
 * from outside cannot fill the memory of this process or of Prometheus.
 */
export function createMetrics(options: { readonly service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry });

  const made = new Map<string, unknown>();
  const once = <M>(name: string, make: () => M): M => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as M;
  };
  return {
    registry,
    counter: (of) => once(of.name, () => createCounter(registry, of)),
    histogram: (of) => once(of.name, () => createHistogram(registry, of)),
    gauge: (of) => once(of.name, () => createGauge(registry, of)),
  };
}

function toPromOptions(registry: Registry, of: MetricOptions) {
  return { name: of.name, help: of.help, labelNames: [...(of.labelNames ?? [])], registers: [registry] };
}

/** prom-client takes a value alone or after labels; here both forms with the labels bounded. */
function toWrite(write: (labels: Record<string, string>, value: number) => void) {
  const bound = createLabelBound();
  return (first: Labels | number = {}, value = 1): void =>
    typeof first === 'number' ? write({}, first) : write(bound(first), value);
}

function createCounter(registry: Registry, of: MetricOptions): Counter {
  const metric = new PromCounter(toPromOptions(registry, of));
  return { inc: toWrite((labels, value) => metric.inc(labels, value)) };
}

/** From a fast look-up to a call that took WeChat's longest time-out, in seconds. */
const defaultBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

function createHistogram(registry: Registry, of: HistogramOptions): Histogram {
  const buckets = [...(of.buckets ?? defaultBuckets)];
  const metric = new PromHistogram({ ...toPromOptions(registry, of), buckets });
  const observe = toWrite((labels, value) => metric.observe(labels, value));
  return {
    observe,
    startTimer: (labels) => {
      const startedAt = performance.now();
      return (more) => {
        const seconds = (performance.now() - startedAt) / 1_000;
        observe({ ...labels, ...more }, seconds);
        return seconds;
      };
    },
  };
}

function createGauge(registry: Registry, of: GaugeOptions): Gauge {
  const { collect } = of;
  const metric = new PromGauge({
    ...toPromOptions(registry, of),
    ...(collect === undefined ? {} : { collect: () => collect.call(gauge) }),
  });
  // One bound for all three, for they write to the same time series.
  const bound = createLabelBound();
  const gauge: Gauge = {
    set: (first: Labels | number, value?: number) =>
      typeof first === 'number' ? metric.set(first) : metric.set(bound(first), value ?? 0),
    inc: (labels = {}, value = 1) => metric.inc(bound(labels), value),
    dec: (labels = {}, value = 1) => metric.dec(bound(labels), value),
    remove: (labels) => metric.remove(bound(labels)),
  };
  return gauge;
}

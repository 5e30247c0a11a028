import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('shows the metrics of the process and its own, with the service on each', async () => {
    const metrics = createMetrics({ service: 'ingress' });
    metrics.counter({ name: 'calls_total', help: 'Calls', labelNames: ['outcome'] }).inc({ outcome: 'ok' });
    const text = await metrics.registry.metrics();
    expect(text).to.include('calls_total{outcome="ok",service="ingress"} 1');
    expect(text).to.match(/^process_cpu_seconds_total\{service="ingress"\}/m);
  });

  it('gives the same metric when it is asked for twice', async () => {
    const metrics = createMetrics({ service: 'ingress' });
    const options = { name: 'calls_total', help: 'Calls' };
    metrics.counter(options).inc();
    metrics.counter(options).inc(2);
    expect(await metrics.registry.metrics()).to.include('calls_total{service="ingress"} 3');
  });

  it('keeps the metrics of two processes in one apart', async () => {
    const one = createMetrics({ service: 'one' });
    const other = createMetrics({ service: 'other' });
    one.counter({ name: 'calls_total', help: 'Calls' }).inc(1);
    other.counter({ name: 'calls_total', help: 'Calls' }).inc(5);
    expect(await one.registry.metrics()).to.include('calls_total{service="one"} 1');
  });

  it('measures durations in seconds and asks gauges at each scrape', async () => {
    const metrics = createMetrics({ service: 'ingress' });
    const histogram = metrics.histogram({ name: 'call_seconds', help: 'Calls', labelNames: ['outcome'] });
    const seconds = histogram.startTimer()({ outcome: 'ok' });
    histogram.observe({ outcome: 'ok' }, 0.004);
    let depth = 3;
    metrics.gauge({
      name: 'depth',
      help: 'Depth',
      collect() {
        this.set(depth);
      },
    });
    depth = 7;
    const text = await metrics.registry.metrics();
    expect(seconds).to.be.within(0, 1);
    expect(text).to.include('call_seconds_count{service="ingress",outcome="ok"} 2');
    expect(text).to.include('depth{service="ingress"} 7');
  });

  it('shows no more of a gauge what was removed from it', async () => {
    const metrics = createMetrics({ service: 'ingress' });
    const gauge = metrics.gauge({ name: 'expiry_seconds', help: 'Expiry', labelNames: ['mchid'] });
    for (const mchid of ['1900000001', '1900000002']) gauge.set({ mchid }, 5);
    gauge.remove({ mchid: '1900000001' });
    const text = await metrics.registry.metrics();
    expect(text).to.not.include('1900000001');
    expect(text).to.include('expiry_seconds{mchid="1900000002",service="ingress"} 5');
  });

  it('bounds the label combinations of a metric, and counts what is beyond them together', async () => {
    const metrics = createMetrics({ service: 'ingress' });
    const counter = metrics.counter({ name: 'calls_total', help: 'Calls', labelNames: ['from'] });
    for (let from = 0; from < 5_000; from += 1) counter.inc({ from: `attacker-${from}` });
    counter.inc({ from: 'attacker-0' });
    const lines = (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('calls_total'));
    expect(lines).to.have.length(1_001);
    expect(lines).to.include('calls_total{from="attacker-0",service="ingress"} 2');
    expect(lines).to.include('calls_total{from="other",service="ingress"} 4000');
  });

  it('cuts label values that are too long', async () => {
    const metrics = createMetrics({ service: 'ingress' });
    const counter = metrics.counter({ name: 'calls_total', help: 'Calls', labelNames: ['from'] });
    counter.inc({ from: 'x'.repeat(10_000) });
    expect((await metrics.registry.metrics()).length).to.be.below(20_000);
  });
});

import { AsyncLocalStorage } from 'node:async_hooks';
import type { AroundPorts } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { ServiceName } from '../installation.ts';
import { type CrashPoint, isPlainObject, type Step, toGave } from './crash-point.ts';

/** A process, as far as what happens within it is concerned. */
export interface Life {
  readonly service: ServiceName;
  readonly isOver: boolean;
  /** Ends it as SIGKILL would, at this moment. */
  end(): void;
  /** What a call in a process that is gone gives: no answer. */
  noAnswer(): Promise<never>;
}

/** Looks on, and decides where a process ends. */
export interface Watch {
  /** A unit that may not begin yet waits for this. */
  mayBegin(unit: string): Promise<void> | undefined;
  began(life: Life, unit: string): void;
  ended(life: Life, unit: string): void;
  /** Of each unit that a service has, whether it is ever called or not. */
  found(service: ServiceName, unit: string): void;
  /** Whether the process is to end here. */
  isTarget(point: CrashPoint): boolean;
  reached(point: CrashPoint): void;
}

/** A call that is under way, with what it has called so far; the outermost is a unit. */
interface Call {
  readonly life: Life;
  readonly name: string;
  readonly outer: Call | undefined;
  readonly calls: string[];
}

const calls = new AsyncLocalStorage<Call>();

/** What services are made of; each is found although it is never called. */
const kindsOfUnits = /^(handlers|loops|routes)\./;

/**
 * Makes each method of each port a step, at whatever depth, if it gives a promise. Nothing names the ports: one that
 * is new is found as soon as a context passes it on.
 */
export function createAroundPorts(life: Life, watch: Watch): AroundPorts {
  /** Methods that gave something else than a promise: they are no steps, and work in a process that is gone. */
  const synchronous = new Set<string>();

  function wrap(value: unknown, path: string, owner: unknown): unknown {
    if (typeof value === 'function') {
      if (kindsOfUnits.test(path)) watch.found(life.service, path);
      return (...args: unknown[]) => begin(path, () => Reflect.apply(value, owner, args));
    }
    if (Array.isArray(value))
      return value.map((item, index) => wrap(item, toPath(path, nameOf(item, index)), value));
    return isPlainObject(value) ? wrapObject(value, path) : value;
  }

  function wrapObject(ports: Record<string, unknown>, path: string): Record<string, unknown> {
    const wrapped: Record<string, unknown> = {};
    for (const key of Object.keys(ports)) {
      const isMethod = typeof ports[key] === 'function' || isPlainObject(ports[key]);
      const once = isMethod ? wrap(ports[key], toPath(path, key), ports) : undefined;
      const get = () => once ?? wrap(ports[key], toPath(path, key), ports);
      Object.defineProperty(wrapped, key, { enumerable: true, get });
    }
    return wrapped;
  }

  function begin(path: string, run: () => unknown): unknown {
    const outer = calls.getStore();
    if (outer?.life === life) return step(path, outer, run);
    const unit = () => {
      watch.began(life, path);
      return step(path, undefined, run, () => watch.ended(life, path));
    };
    const later = watch.mayBegin(path);
    return later === undefined ? unit() : later.then(unit);
  }

  function step(name: string, outer: Call | undefined, run: () => unknown, end?: () => void): unknown {
    if (life.isOver && !synchronous.has(name)) return life.noAnswer();
    const here = toStep(name, outer);
    const before: CrashPoint = { ...here, side: 'before' };
    if (endsHere(before)) return life.noAnswer();
    const given = calls.run({ life, name, outer, calls: [] }, run);
    if (!(given instanceof Promise)) {
      synchronous.add(name);
      end?.();
      return given;
    }
    outer?.calls.push(name);
    watch.reached(before);
    const leave = (gave: string): Promise<never> | undefined => {
      const after: CrashPoint = { ...here, side: 'after', gave };
      if (life.isOver || endsHere(after)) {
        // Whoever should have waited for it may be gone too, as the server is that called a route.
        answer.catch(() => undefined);
        return life.noAnswer();
      }
      watch.reached(after);
      end?.();
      return undefined;
    };
    const answer = given.then(
      (value: unknown) => leave(toGave(value)) ?? value,
      (error: unknown) => leave(toAppError(error).code) ?? Promise.reject(error),
    );
    return answer;
  }

  function toStep(call: string, outer: Call | undefined): Step {
    const way: Call[] = [];
    for (let one = outer; one !== undefined; one = one.outer) way.unshift(one);
    const [unit, ...within] = way.map(({ name }) => name);
    const nth = (outer?.calls.filter((one) => one === call).length ?? 0) + 1;
    const having = [...new Set(way.flatMap(({ calls: before }) => before))].sort();
    return { service: life.service, unit: unit ?? call, call, within, nth, having };
  }

  function endsHere(point: CrashPoint): boolean {
    if (life.isOver || !watch.isTarget(point)) return false;
    life.end();
    return true;
  }

  return <P extends object>(ports: P) => wrap(ports, '', undefined) as P;
}

function toPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Things in a list are known by their names, not by their places. */
function nameOf(item: unknown, index: number): string {
  return isPlainObject(item) && typeof item.name === 'string' ? item.name : String(index);
}

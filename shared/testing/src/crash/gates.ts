import type { JobName } from '@huidiao/contracts';
import { waitFor } from '../wait-for.ts';
import type { Life, Watch } from './around-ports.ts';

/** What can be made to wait, in all services: all handlers or all loops, or one of them. */
export type Gated = 'handlers' | 'loops' | `handlers.${JobName}` | `loops.${string}`;

/** Lets units begin, or not yet. */
export interface Gates extends Pick<Watch, 'mayBegin' | 'began' | 'ended'> {
  /** None begins from now on; resolves when none is under way. */
  hold(kind: Gated): Promise<void>;
  release(kind: Gated): void;
  /** All that is held of a kind, by whichever name. */
  releaseAll(kind: 'handlers' | 'loops'): void;
}

export function createGates(): Gates {
  const closed = new Map<Gated, { readonly opened: Promise<void>; open(): void }>();
  const underWay = new Map<Life, string[]>();

  const isUnderWay = (kind: Gated): boolean =>
    [...underWay].some(([life, units]) => !life.isOver && units.some((unit) => isOf(unit, kind)));
  const release = (kind: Gated): void => {
    closed.get(kind)?.open();
    closed.delete(kind);
  };
  return {
    mayBegin: (unit) => [...closed].find(([kind]) => isOf(unit, kind))?.[1].opened,
    began: (life, unit) => void underWay.set(life, [...(underWay.get(life) ?? []), unit]),
    ended(life, unit) {
      const units = underWay.get(life) ?? [];
      units.splice(units.indexOf(unit), 1);
    },
    async hold(kind) {
      if (!closed.has(kind)) closed.set(kind, createGate());
      await waitFor(`${kind} to end`, () => !isUnderWay(kind), { timeoutMs: 30_000 });
    },
    release,
    releaseAll(kind) {
      for (const one of [...closed.keys()]) if (isOf(one, kind)) release(one);
    },
  };
}

function createGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

function isOf(unit: string, kind: Gated): boolean {
  return unit === kind || unit.startsWith(`${kind}.`);
}

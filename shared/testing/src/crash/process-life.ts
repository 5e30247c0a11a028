import { AppError } from '@huidiao/errors';
import type { ServiceName } from '../installation.ts';
import type { Life } from './around-ports.ts';

/** The life of one instance of a service, which runs in this process but ends as one of its own would. */
export interface ProcessLife extends Life {
  /** Resolves when it has ended. */
  readonly over: Promise<void>;
  /**
   * Lets go of what waits for an answer, so that the instance can be closed. Nothing can come of it: it is cut off
   * from both stores, and each further call of a port fails at once.
   */
  bury(): void;
}

/** @param cut cuts at once whatever the process has on the wire, and keeps it from connecting again */
export function createProcessLife(service: ServiceName, cut: () => void): ProcessLife {
  let isOver = false;
  let isBuried = false;
  const waiting = new Set<(reason: Error) => void>();
  let tell = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const gone = () => new AppError('INTERNAL_ERROR', { message: 'the process is gone' });
  return {
    service,
    over,
    get isOver() {
      return isOver;
    },
    end() {
      if (isOver) return;
      isOver = true;
      cut();
      tell();
    },
    noAnswer() {
      const never = new Promise<never>((_resolve, reject) => {
        if (isBuried) reject(gone());
        else waiting.add(reject);
      });
      never.catch(() => undefined);
      return never;
    },
    bury() {
      isBuried = true;
      for (const reject of waiting) reject(gone());
      waiting.clear();
    },
  };
}

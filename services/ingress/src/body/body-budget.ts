/**
 * One memory budget for all bodies that are being read or worked on at once. Without it a burst of large
 * bodies, genuine or not, ends the process and every callback in it.
 */
export interface BodyBudget {
  /** Takes `bytes`; `false` when they are not to be had now. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly inFlightBytes: number;
}

export function createBodyBudget(limitBytes: number): BodyBudget {
  let inFlightBytes = 0;
  return {
    take(bytes) {
      if (inFlightBytes + bytes > limitBytes) return false;
      inFlightBytes += bytes;
      return true;
    },
    give(bytes) {
      inFlightBytes -= bytes;
    },
    get inFlightBytes() {
      return inFlightBytes;
    },
  };
}

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

/** A budget of `limitBytes`, none of them taken. */
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

/** A part of a budget: what is taken from it counts in the whole too, and it never takes more than `limitBytes`. */
export function createBudgetPart(whole: BodyBudget, limitBytes: number): BodyBudget {
  const part = createBodyBudget(limitBytes);
  return {
    take(bytes) {
      if (!part.take(bytes)) return false;
      if (whole.take(bytes)) return true;
      part.give(bytes);
      return false;
    },
    give(bytes) {
      part.give(bytes);
      whole.give(bytes);
    },
    get inFlightBytes() {
      return part.inFlightBytes;
    },
  };
}

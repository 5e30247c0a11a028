import type { Store } from '@huidiao/store';

/** What was last seen of MongoDB. */
export interface InboxLook {
  /** Whether MongoDB answered when it was last looked at; asks nobody. */
  isReady(): boolean;
  close(): void;
}

const everyMs = 2_000;
const everyMsWhileAway = 500;

/**
 * Looks at MongoDB by itself, one look at a time: readiness then costs nothing however often it is asked, and the
 * connection to a store that is not needed for weeks is warm on the day when it is.
 */
export function createInboxLook(store: Pick<Store, 'isReady'>): InboxLook {
  let ready = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    ready = await store.isReady();
    if (closed) return;
    timer = setTimeout(look, ready ? everyMs : everyMsWhileAway);
    timer.unref();
  };
  void look();
  return {
    isReady: () => ready && !closed,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

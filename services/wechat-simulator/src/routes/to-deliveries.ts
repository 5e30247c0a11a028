import type { z } from 'zod';
import type { Deliveries } from '../delivery/notification.ts';
import type { deliveries } from './control-schemas.ts';

/** How a control call wants its notification to travel. */
export function toDeliveries(wanted: z.output<typeof deliveries> | undefined): Deliveries {
  return { copies: wanted?.copies, delayMs: wanted?.delay_ms, drop: wanted?.drop, probe: wanted?.probe };
}

import { ControlRefusal } from '../control-refusal.ts';
import type { PayEventSpec, PushSpec, V2Spec } from './event-spec.ts';
import { payEvents } from './pay-events.ts';
import { pushEvents } from './push-events.ts';
import { v2Events } from './v2-events.ts';

/** An event with the way by which it comes. */
export type FoundEvent =
  | { readonly channel: 'pay-v3'; readonly spec: PayEventSpec }
  | { readonly channel: 'pay-v2'; readonly spec: V2Spec }
  | { readonly channel: 'push'; readonly spec: PushSpec };

/** Every event that can be sent by its name. */
export const allEvents: readonly FoundEvent[] = [
  ...payEvents.map((spec) => ({ channel: 'pay-v3', spec }) as const),
  ...v2Events.map((spec) => ({ channel: 'pay-v2', spec }) as const),
  ...pushEvents.map((spec) => ({ channel: 'push', spec }) as const),
];

const byName = new Map(
  allEvents.flatMap((event) =>
    [event.spec.name, ...event.spec.aliases].map((name) => [name.toLowerCase(), event] as const),
  ),
);

/**
 * The event of that name or alias, in whatever case: some of WeChat's pages say that names are not case sensitive.
 * Throws ControlRefusal that names those that are like it.
 */
export function findEvent(name: string): FoundEvent {
  const found = byName.get(name.toLowerCase());
  if (found !== undefined) return found;
  const alike = [...byName.keys()].filter((known) => known.includes(name.toLowerCase()) && name.length > 2);
  const hint =
    alike.length > 0 ? `did you mean ${alike.slice(0, 5).join(', ')}?` : 'GET /simulator/events lists all';
  throw new ControlRefusal(404, 'EVENT_UNKNOWN', `no event is called ${name}: ${hint}`);
}

/** The event of that name on that way. Throws ControlRefusal. */
export function findPayEvent(name: string): PayEventSpec {
  const { channel, spec } = findEvent(name);
  if (channel === 'pay-v3') return spec;
  throw new ControlRefusal(400, 'CHANNEL_DIFFERS', `${name} is no event of API v3`);
}

/** Likewise one of API v2. Throws ControlRefusal CHANNEL_DIFFERS for an event of another channel. */
export function findV2Event(name: string): V2Spec {
  const { channel, spec } = findEvent(name);
  if (channel === 'pay-v2') return spec;
  throw new ControlRefusal(400, 'CHANNEL_DIFFERS', `${name} is no callback of API v2`);
}

/** Likewise a message push. Throws ControlRefusal CHANNEL_DIFFERS for an event of another channel. */
export function findPush(name: string): PushSpec {
  const { channel, spec } = findEvent(name);
  if (channel === 'push') return spec;
  throw new ControlRefusal(400, 'CHANNEL_DIFFERS', `${name} is no message push`);
}

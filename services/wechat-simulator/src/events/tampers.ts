import { ControlRefusal } from '../control-refusal.ts';
import type { Channel } from '../delivery/notification.ts';
import { type Tamper, tamperNames } from '../pay/tamper.ts';
import { type V2Tamper, v2TamperNames } from '../pay-v2/v2-tamper.ts';
import { type PushTamper, pushTamperNames } from '../push/push-tamper.ts';

/** What can be wrong with a callback of each kind. */
export const tampersOf = {
  'pay-v3': tamperNames,
  'pay-v2': v2TamperNames,
  push: pushTamperNames,
} as const satisfies Record<Channel, readonly string[]>;

interface TamperOf {
  'pay-v3': Tamper;
  'pay-v2': V2Tamper;
  push: PushTamper;
}

/**
 * Those whose signature is good and that a re-send would not make better, and those that no document says how to answer:
 * a receiver may acknowledge them and keep them aside. All others it has to refuse.
 */
const acceptable: { readonly [C in Channel]: ReadonlySet<TamperOf[C]> } = {
  'pay-v3': new Set<Tamper>([
    'ciphertext-not-base64',
    'algorithm',
    'envelope-not-json',
    'resource-not-json',
    'amount-as-text',
  ]),
  'pay-v2': new Set<V2Tamper>(['req-info', 'req-info-not-xml']),
  // No page has a time window for pushes, and in plaintext mode no signature is over the body.
  push: new Set<PushTamper>(['stale', 'future', 'doctype-outside', 'content-cut', 'doctype', 'entity']),
};

/** Whether a receiver that acknowledges a callback with this about it does wrong. */
export function mustBeRefused(channel: Channel, tamper: string): boolean {
  const mayBeTaken: ReadonlySet<string> = acceptable[channel];
  return !mayBeTaken.has(tamper);
}

/** The tamper of that name. Throws ControlRefusal that lists them. */
export function findTamper<C extends Channel>(channel: C, name: string | undefined): TamperOf[C] | undefined {
  if (name === undefined) return undefined;
  const known: readonly string[] = tampersOf[channel];
  if (known.includes(name)) return name as TamperOf[C];
  const list = known.join(', ');
  throw new ControlRefusal(400, 'TAMPER_UNKNOWN', `${channel} cannot be tampered with by ${name}: ${list}`);
}

import type { Mutant } from './mutant.ts';
import { acknowledgementMutants } from './safeguards/acknowledgements.ts';
import { badInputMutants } from './safeguards/bad-input.ts';
import { effectMutants } from './safeguards/effects.ts';
import { lossMutants } from './safeguards/losses.ts';
import { messageMutants } from './safeguards/messages.ts';
import { neighbourMutants } from './safeguards/neighbours.ts';
import { orderMutants } from './safeguards/orders.ts';
import { retryMutants } from './safeguards/retries.ts';
import { secretMutants } from './safeguards/secrets.ts';
import { shutdownMutants } from './safeguards/shutdown.ts';

/** Every safeguard that the guarantees rest on, by the guarantee that falls with it. */
export const mutants: readonly Mutant[] = [
  ...acknowledgementMutants,
  ...lossMutants,
  ...effectMutants,
  ...messageMutants,
  ...orderMutants,
  ...badInputMutants,
  ...retryMutants,
  ...neighbourMutants,
  ...secretMutants,
  ...shutdownMutants,
];

import type { Request, Response } from 'express';
import type { ApiFault } from '../faults.ts';

/**
 * Makes a call go wrong: a connection that breaks, no answer at all, or an answer without any signature, as a
 * gateway gives it. Gives what the ledger calls it.
 */
export function performFault(
  request: Request,
  response: Response,
  fault: ApiFault['answer'],
): { status: number; code: string } {
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return { status: 0, code: 'reset' };
  }
  if (fault === 'silence') return { status: 0, code: 'silence' };
  response.status(fault.status);
  if (fault.body === undefined) response.end();
  else response.type('json').send(JSON.stringify(fault.body));
  return { status: fault.status, code: 'fault' };
}

import type { Request, Response } from 'express';
import type { ApiFault } from '../faults.ts';

/** What the ledger says about a call that went wrong; status 0 where there was no answer. */
export interface PerformedFault {
  readonly status: number;
  readonly code: string;
}

/**
 * Makes a call of an unsigned API go wrong: a connection that breaks, no answer at all, an errcode, or an answer as a
 * gateway gives it. Throws on `wrong_signature`, which such an API cannot have.
 */
export function performFault(
  request: Request,
  response: Response,
  fault: ApiFault['answer'],
): PerformedFault {
  switch (fault) {
    case 'reset':
      request.socket.resetAndDestroy();
      return { status: 0, code: 'reset' };
    case 'silence':
      return { status: 0, code: 'silence' };
    case 'system_error':
      return sendErrcode(response, -1, 'system error');
    case 'frequency_limited':
      return sendErrcode(response, 45011, 'api minute-quota reach limit, must slower, retry next minute');
    case 'wrong_signature':
      throw new Error('answers of this API have no signature that could be wrong');
    default:
      return sendPlain(response, fault);
  }
}

function sendErrcode(response: Response, errcode: number, errmsg: string): PerformedFault {
  response.status(200).type('json').send(JSON.stringify({ errcode, errmsg }));
  return { status: 200, code: String(errcode) };
}

function sendPlain(
  response: Response,
  { status, body }: Exclude<ApiFault['answer'], string>,
): PerformedFault {
  response.status(status);
  if (body === undefined) response.end();
  else response.type('json').send(JSON.stringify(body));
  return { status, code: 'fault' };
}

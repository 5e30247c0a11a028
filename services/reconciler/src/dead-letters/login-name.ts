import { userInfo } from 'node:os';
import { WrongUsage } from './wrong-usage.ts';

/**
 * Who is logged in on this machine, for the history of a dead letter.
 * @throws WrongUsage where the system does not know, as in a container that runs under a bare number
 */
export function readLoginName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new WrongUsage('the system does not know your login name; say who you are: --by NAME');
  }
}

import type { Handlers } from '../http/endpoint-handler.ts';
import { type CreateSessionDeps, serveCreateSession } from './serve-create-session.ts';
import {
  type SessionDeps,
  serveEndSession,
  serveInspectSession,
  serveReadSession,
} from './serve-sessions.ts';

export type SessionEndpointDeps = CreateSessionDeps & SessionDeps;

/** Logins of users. */
export function sessionEndpointHandlers(
  deps: SessionEndpointDeps,
): Handlers<'createSession' | 'readSession' | 'endSession' | 'inspectSession'> {
  return {
    createSession: serveCreateSession(deps),
    readSession: serveReadSession(deps),
    endSession: serveEndSession(deps),
    inspectSession: serveInspectSession(deps),
  };
}

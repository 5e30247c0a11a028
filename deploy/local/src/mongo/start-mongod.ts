import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FoundServer, ServerSearch } from '../found-server.ts';
import { endFormerProcess } from '../processes/former-process.ts';
import { findFreePort } from '../processes/free-port.ts';
import { startKeptProcess } from '../processes/kept-process.ts';
import { logTail, toLogFile } from '../processes/running-process.ts';
import { sendMongoCommand } from './mongo-command.ts';

const replicaSet = 'huidiao';
const readyWithinMs = 40_000;

/**
 * Starts a mongod on a free port with its own data folder, as a replica set of one: retryable writes and majority
 * write concern need a replica set. @throws with the tail of its log.
 */
export async function startMongod(command: string, search: ServerSearch): Promise<FoundServer> {
  const folder = join(search.dataFolder, 'mongod');
  const logFile = toLogFile(search.dataFolder, 'mongod');
  await endFormerProcess(folder, 'mongod');
  const port = await findFreePort();
  const server = startKeptProcess({
    name: 'mongod',
    command,
    args: ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder, '--replSet', replicaSet],
    folder,
    logFile,
    env: search.env,
    removeFolder: search.isTemporary ?? false,
  });
  try {
    await untilPrimary(port, server.ended);
  } catch (error) {
    await server.stop();
    throw new Error(`did not start: ${(error as Error).message}\n${logTail(logFile, 5)}`);
  }
  const { ended, stop } = server;
  // The port differs from run to run, and a driver that is told of a replica set follows the member's own name.
  return { url: `mongodb://127.0.0.1:${port}/?directConnection=true`, origin: command, ended, stop };
}

/** A set that was begun in an earlier run knows its member under an earlier port, and has to be told. */
async function untilPrimary(port: number, ended: Promise<string>): Promise<void> {
  let how: string | undefined;
  void ended.then((end) => {
    how = end;
  });
  const member = { _id: replicaSet, members: [{ _id: 0, host: `127.0.0.1:${port}` }] };
  let last = 'it does not listen';
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await pause(100)) {
    if (how !== undefined) throw new Error(how);
    const hello = await sendMongoCommand(port, { hello: 1 }).catch((error: Error) => ({
      problem: error.message,
    }));
    if ('problem' in hello) continue;
    if (hello.isWritablePrimary === true) return;
    const answer = hello.setName === undefined ? await begin(port, member) : undefined;
    last = String(answer?.errmsg ?? 'no primary');
  }
  throw new Error(`no primary within ${readyWithinMs / 1_000} s: ${last}`);
}

const notYetInitialized = 94;

async function begin(
  port: number,
  member: { _id: string; members: { _id: number; host: string }[] },
): Promise<Record<string, unknown>> {
  const status = await sendMongoCommand(port, { replSetGetStatus: 1 });
  if (status.code === notYetInitialized) return await sendMongoCommand(port, { replSetInitiate: member });
  const { config } = await sendMongoCommand(port, { replSetGetConfig: 1 });
  const version = Number(config?.version ?? 0) + 1;
  return await sendMongoCommand(port, { replSetReconfig: { ...config, ...member, version }, force: true });
}

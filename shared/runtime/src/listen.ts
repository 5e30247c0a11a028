import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@huidiao/errors';

/**
 * Listens, and gives the port, which the system chose if it was 0.
 *
 * @throws AppError CONFIG_INVALID when the address is taken or not this machine's.
 */
export async function listen(server: Server, address: { host: string; port: number }): Promise<number> {
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as { code?: string };
    const message = `cannot listen on ${address.host}:${address.port} (${code ?? 'unknown'}); choose another port or host`;
    throw new AppError('CONFIG_INVALID', { message, cause: error });
  }
  return (server.address() as AddressInfo).port;
}

import { z } from 'zod';

/** Nothing was sent: no simulator is there, or it refused. */
export class SimulatorRefusal extends Error {
  override readonly name = 'SimulatorRefusal';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const channel = z.enum(['pay-v3', 'pay-v2', 'push']);
export type ListedChannel = z.infer<typeof channel>;

const catalogue = z.object({
  events: z.array(z.object({ name: z.string(), aliases: z.array(z.string()), channel })),
  tampers: z.record(channel, z.array(z.string())),
  merchants: z.array(z.object({ mchid: z.string(), has_api_v2_key: z.boolean() })),
  apps: z.array(z.object({ appid: z.string(), has_token: z.boolean() })),
});
export type Catalogue = z.infer<typeof catalogue>;

const receipt = z.object({
  channel,
  event_type: z.string(),
  url: z.string(),
  outcome: z.enum(['answered', 'timeout', 'failed']),
  status: z.number().optional(),
  answer: z.string(),
  duration_ms: z.number(),
  accepted: z.boolean(),
  problem: z.string(),
  reply: z.unknown().optional(),
  must_be_refused: z.boolean(),
});
export type SentReceipt = z.infer<typeof receipt>;

const announced = z.object({ notification_id: z.string(), event_type: z.string(), url: z.string() });
export type Announced = z.infer<typeof announced>;

const addressCheck = z.object({
  verified: z.boolean(),
  problem: z.string(),
  status: z.number().optional(),
  answer: z.string(),
});
export type SavedAddress = z.infer<typeof addressCheck>;

const refusal = z.object({ code: z.string(), message: z.string() });

/** The control calls that the command needs. Each throws SimulatorRefusal. */
export interface SimulatorClient {
  catalogue(): Promise<Catalogue>;
  send(event: object): Promise<SentReceipt>;
  announce(event: object): Promise<Announced>;
  savePushAddress(address: object): Promise<SavedAddress>;
}

/** `base`: the address of a simulator. Whatever does not answer as one does is SimulatorRefusal NO_SIMULATOR. */
export function createSimulatorClient(base: string): SimulatorClient {
  const call = async <S extends z.ZodType>(schema: S, path: string, body?: object): Promise<z.output<S>> => {
    const response = await request(new URL(path, base), body);
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) {
      const told = refusal.safeParse(answer);
      if (told.success) throw new SimulatorRefusal(told.data.code, told.data.message);
      throw new SimulatorRefusal('NO_SIMULATOR', `${base} answered ${response.status}: is that a simulator?`);
    }
    const parsed = schema.safeParse(answer);
    if (!parsed.success)
      throw new SimulatorRefusal('NO_SIMULATOR', `${base} is no simulator of this version`);
    return parsed.data;
  };
  return {
    catalogue: () => call(catalogue, '/simulator/events'),
    send: (event) => call(receipt, '/simulator/events', event),
    announce: (event) => call(announced, '/simulator/events', event),
    savePushAddress: (address) => call(addressCheck, '/simulator/push-address', address),
  };
}

async function request(url: URL, body: object | undefined): Promise<Response> {
  try {
    if (body === undefined) return await fetch(url);
    const headers = { 'content-type': 'application/json' };
    return await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  } catch {
    throw new SimulatorRefusal(
      'NO_SIMULATOR',
      `no simulator is at ${url.origin}: \`npm start\` starts one, SIMULATOR_URL or --simulator names another`,
    );
  }
}

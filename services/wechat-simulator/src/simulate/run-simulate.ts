import { type EventCommand, parseArguments, type Target, WrongUsage } from './parse-arguments.ts';
import { toListText, toReceiptText, toTamperLine } from './print.ts';
import {
  type Catalogue,
  createSimulatorClient,
  type ListedChannel,
  type SentReceipt,
  type SimulatorClient,
  SimulatorRefusal,
} from './simulator-client.ts';
import { usage } from './usage.ts';

/** 0: the receiver did right; 1: it did not; 2: nothing was sent. */
export type ExitCode = 0 | 1 | 2;

/** Where the command writes. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
}

/** Carries out what was typed. Never rejects: every problem is told on `err`, and in the exit code. */
export async function runSimulate(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  try {
    const parsed = parseArguments(args, surroundings.env);
    const client = createSimulatorClient(parsed.simulator);
    switch (parsed.command) {
      case 'help':
        surroundings.out(usage);
        return 0;
      case 'list':
        surroundings.out(toListText(await client.catalogue(), parsed.word));
        return 0;
      case 'push-address':
        return await savePushAddress(client, parsed.target, surroundings);
      case 'event':
        return await sendEvent(client, parsed, surroundings);
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    if (!(error instanceof WrongUsage || error instanceof SimulatorRefusal)) throw error;
    const hint = error instanceof WrongUsage ? '\n`npm run simulate -- help` shows all' : '';
    surroundings.err(`simulate: ${error.message}${hint}\n`);
    return 2;
  }
}

async function sendEvent(
  client: SimulatorClient,
  command: EventCommand,
  { out }: Surroundings,
): Promise<ExitCode> {
  const catalogue = await client.catalogue();
  const channel = findChannel(catalogue, command.name);
  const url = channel && toUrl(catalogue, channel, command.target);
  const event = { ...command.request, name: command.name, ...(url && { url }) };
  if (command.request.resend === true) {
    const { notification_id, ...announced } = await client.announce({ ...event, tamper: command.tamper });
    out(`${announced.event_type} → ${announced.url}\nsent until it is acknowledged, as ${notification_id}\n`);
    return 0;
  }
  if (command.tamper === 'all' && channel !== undefined) {
    return await sendAllTampers(client, event, catalogue.tampers[channel], out);
  }
  const receipt = await client.send({ ...event, tamper: command.tamper });
  out(toReceiptText(receipt, command.tamper));
  return isRight(receipt, command.tamper) ? 0 : 1;
}

async function sendAllTampers(
  client: SimulatorClient,
  event: object,
  tampers: readonly string[],
  out: (text: string) => void,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  for (const tamper of tampers) {
    const receipt = await client.send({ ...event, tamper }).catch((error: unknown) => {
      if (error instanceof SimulatorRefusal && error.code === 'TAMPER_DOES_NOT_APPLY') return undefined;
      throw error;
    });
    if (receipt === undefined) continue;
    out(toTamperLine(receipt, tamper));
    if (!isRight(receipt, tamper)) code = 1;
  }
  return code;
}

async function savePushAddress(
  client: SimulatorClient,
  target: Target,
  { out }: Surroundings,
): Promise<ExitCode> {
  const catalogue = await client.catalogue();
  const appid = target.app ?? catalogue.apps.find(({ has_token }) => has_token)?.appid;
  const url = toUrl(catalogue, 'push', target);
  if (appid === undefined || url === undefined) throw new WrongUsage('which address? --url or --ingress');
  const { verified, problem, status, answer } = await client.savePushAddress({ appid, url });
  out(`GET ${url}\n${status ?? 'no answer'}${answer && `: ${answer}`}\n${verified ? 'saved' : problem}\n`);
  return verified ? 0 : 1;
}

function findChannel(catalogue: Catalogue, name: string): ListedChannel | undefined {
  const wanted = name.toLowerCase();
  return catalogue.events.find((event) =>
    [event.name, ...event.aliases].some((known) => known.toLowerCase() === wanted),
  )?.channel;
}

const paths: Readonly<Record<ListedChannel, string>> = {
  'pay-v3': 'wechat-pay',
  'pay-v2': 'wechat-pay-v2',
  push: 'mini-program',
};

/** The address that was named, or that of an ingress; undefined: where the simulator says. */
function toUrl(catalogue: Catalogue, channel: ListedChannel, target: Target): string | undefined {
  if (target.url !== undefined || target.ingress === undefined) return target.url;
  const { merchants, apps } = catalogue;
  const owner =
    channel === 'push'
      ? (target.app ?? apps.find(({ has_token }) => has_token)?.appid)
      : (target.merchant ??
        merchants.find(({ has_api_v2_key }) => channel === 'pay-v3' || has_api_v2_key)?.mchid);
  if (!URL.canParse(target.ingress)) throw new WrongUsage(`${target.ingress} is no URL of an ingress`);
  return owner && `${target.ingress.replace(/\/$/, '')}/callbacks/${paths[channel]}/${owner}`;
}

function isRight({ outcome, accepted, must_be_refused }: SentReceipt, tamper: string | undefined): boolean {
  if (outcome !== 'answered') return false;
  if (tamper === undefined) return accepted;
  return !(must_be_refused && accepted);
}

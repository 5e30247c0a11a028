import { parseArgs } from 'node:util';

/** What was typed is not understood. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** What to send, as typed; the simulator checks the values. */
export interface EventCommand {
  readonly command: 'event';
  readonly name: string;
  readonly tamper: string | undefined;
  /** Members of the control call POST /simulator/events, but name, tamper and url. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly target: Target;
}

/** Where it goes: a whole address, an ingress whose path is added, or where the simulator says. */
export interface Target {
  readonly url: string | undefined;
  readonly ingress: string | undefined;
  readonly merchant: string | undefined;
  readonly app: string | undefined;
}

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'list'; readonly word: string }
  | { readonly command: 'push-address'; readonly target: Target }
  | EventCommand;

export type ParsedArguments = Command & { readonly simulator: string };

const options = {
  merchant: { type: 'string' },
  app: { type: 'string' },
  url: { type: 'string' },
  ingress: { type: 'string' },
  simulator: { type: 'string' },
  set: { type: 'string', multiple: true },
  field: { type: 'string', multiple: true },
  'plain-field': { type: 'string', multiple: true },
  tamper: { type: 'string' },
  resend: { type: 'boolean' },
  mode: { type: 'string' },
  format: { type: 'string' },
  pad: { type: 'string' },
  'content-type': { type: 'string' },
  'list-shape': { type: 'string' },
  'sign-type': { type: 'string' },
  'no-sign-type': { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const defaultSimulator = 'http://127.0.0.1:3002';

/** Reads what was typed. Throws WrongUsage in words for people. */
export function parseArguments(args: readonly string[], env: NodeJS.ProcessEnv): ParsedArguments {
  const { values, positionals } = parse(args);
  const [command, name, ...more] = positionals;
  const simulator = values.simulator ?? env.SIMULATOR_URL ?? defaultSimulator;
  if (!URL.canParse(simulator)) throw new WrongUsage(`${simulator} is no URL of a simulator`);
  if (more.length > 0) throw new WrongUsage(`one event at a time: ${more.join(' ')} is too much`);
  if (values.help || command === undefined || command === 'help') return { command: 'help', simulator };
  const target = {
    url: values.url,
    ingress: values.ingress ?? env.INGRESS_URL,
    merchant: values.merchant,
    app: values.app,
  };
  if (command === 'push-address') return { command, target, simulator };
  if (command !== 'event') throw new WrongUsage(`there is no command ${command}`);
  if (values.list) return { command: 'list', word: name ?? '', simulator };
  if (name === undefined) throw new WrongUsage('which event? `event --list` names all');
  return { command, name, tamper: values.tamper, request: toRequest(values), target, simulator };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

function toRequest(values: ReturnType<typeof parse>['values']): Record<string, unknown> {
  const request = {
    mchid: values.merchant,
    appid: values.app,
    about: toSubject(values.set),
    fields: toMembers(values.field),
    plain_fields: toMembers(values['plain-field']),
    mode: values.mode,
    format: values.format,
    pad: values.pad === undefined ? undefined : Number(values.pad),
    content_type: values['content-type'],
    list_shape: values['list-shape'],
    sign_type: values['sign-type'],
    names_sign_type: values['no-sign-type'] ? false : undefined,
    resend: values.resend,
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

/** What an event is about are texts, ids above all, but for amounts. */
function toSubject(pairs: readonly string[] | undefined): Record<string, unknown> | undefined {
  return (
    pairs &&
    Object.fromEntries(pairs.map(splitPair).map(([name, value]) => [name, toSubjectValue(name, value)]))
  );
}

function toSubjectValue(name: string, value: string): string | number {
  return name === 'total' || name === 'refund' ? Number(value) : value;
}

/** `a.b=1` becomes `{ a: { b: 1 } }`; undefined without any. */
function toMembers(pairs: readonly string[] | undefined): Record<string, unknown> | undefined {
  if (pairs === undefined) return undefined;
  const members: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [path, value] = splitPair(pair);
    setMember(members, path.split('.'), path, value);
  }
  return members;
}

function splitPair(pair: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? [];
  if (name === undefined || value === undefined) throw new WrongUsage(`${pair} is not NAME=VALUE`);
  return [name, value];
}

function setMember(
  members: Record<string, unknown>,
  names: readonly string[],
  path: string,
  value: string,
): void {
  const [name = '', ...rest] = names;
  if (rest.length === 0) {
    members[name] = toValue(value);
    return;
  }
  const inner = Object.hasOwn(members, name) ? members[name] : {};
  if (inner === null || typeof inner !== 'object')
    throw new WrongUsage(`${path}: ${name} is a value already`);
  members[name] = inner;
  setMember(inner as Record<string, unknown>, rest, path, value);
}

/** JSON where it is some; long digits stay text, for beyond 2^53 no number holds them. */
function toValue(value: string): unknown {
  if (/^-?\d{16,}$/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

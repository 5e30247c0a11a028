import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a callback's address is set at WeChat. */
export interface DocumentedAddress {
  readonly name: string;
  readonly where: string;
  /** Its path, as the page has it between backticks. */
  readonly url: string;
}

/** What a page says of one callback. */
export interface DocumentedEvent {
  /** WeChat's name, or ours where it has none; undefined in the row of everything else. */
  readonly name: string | undefined;
  /** Types of domain events. */
  readonly types: readonly string[];
  /** Name of a DocumentedAddress. */
  readonly address: string;
  readonly action: string;
}

export interface CallbackPage {
  readonly text: string;
  readonly addresses: readonly DocumentedAddress[];
  /** The tables of all families, in the order of the page. */
  readonly families: readonly (readonly DocumentedEvent[])[];
  /** Blocks of JSON, parsed. */
  readonly examples: readonly unknown[];
}

const headers = {
  en: {
    addresses: '| address | where in WeChat | URL |',
    events: '| name | what WeChat says | becomes | address | what Huidiao does |',
  },
  zh: {
    addresses: '| 地址 | 在微信的哪里设置 | URL |',
    events: '| 名称 | 含义 | 事件类型 | 地址 | Huidiao 的处理 |',
  },
} as const;

const folder = join(import.meta.dirname, '../../../deploy/docs');

/** The page of callbacks in one language. */
export function readCallbackPage(language: keyof typeof headers): CallbackPage {
  const file = language === 'en' ? 'callbacks.md' : `callbacks.${language}.md`;
  const text = readFileSync(join(folder, file), 'utf8');
  const blocks = [...text.matchAll(/^```json\n(.*?)^```$/gms)];
  return {
    text,
    addresses: tablesUnder(text, headers[language].addresses).flat().map(toAddress),
    families: tablesUnder(text, headers[language].events).map((rows) => rows.map(toEvent)),
    examples: blocks.map(([, json = '']) => JSON.parse(json) as unknown),
  };
}

function tablesUnder(text: string, header: string): string[][][] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => (line === header ? [rowsFrom(lines.slice(at + 2))] : []));
}

function rowsFrom(lines: readonly string[]): string[][] {
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end === -1 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function toAddress([name = '', where = '', url = '']: string[]): DocumentedAddress {
  return { name, where, url: quotedIn(url).join(' ') };
}

function toEvent([name = '', , types = '', address = '', action = '']: string[]): DocumentedEvent {
  return { name: quotedIn(name)[0], types: quotedIn(types), address, action };
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, quoted = '']) => quoted);
}

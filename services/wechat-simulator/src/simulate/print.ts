import type { Catalogue, SentReceipt } from './simulator-client.ts';

const kinds = {
  'pay-v3': 'WeChat Pay, API v3',
  'pay-v2': 'WeChat Pay, API v2',
  push: 'message push (消息推送)',
} as const;

/** The events whose name or alias holds the word, by kind, and what can be wrong with each kind. */
export function toListText({ events, tampers }: Catalogue, word: string): string {
  const isAsked = (text: string): boolean => text.toLowerCase().includes(word.toLowerCase());
  const parts = (Object.keys(kinds) as (keyof typeof kinds)[]).map((channel) => {
    const lines = events
      .filter((event) => event.channel === channel && [event.name, ...event.aliases].some(isAsked))
      .map(({ name, aliases }) => `  ${name.padEnd(48)} ${aliases.join(', ')}`);
    if (lines.length === 0) return '';
    return [kinds[channel], ...lines, `  --tamper ${tampers[channel].join(' ')}`, ''].join('\n');
  });
  return parts.filter((part) => part !== '').join('\n') || `no event is called anything with ${word}\n`;
}

/** What was sent, what came back, and whether that is right. */
export function toReceiptText(receipt: SentReceipt, tamper: string | undefined): string {
  const lines = [
    `${receipt.event_type} (${kinds[receipt.channel]}${tamper ? `, tampered: ${tamper}` : ''}) → ${receipt.url}`,
    toAnswer(receipt),
    ...(receipt.reply ? [`says ${JSON.stringify(receipt.reply)}`] : []),
    toVerdict(receipt, tamper),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same in one line, for going through all ways. */
export function toTamperLine(receipt: SentReceipt, tamper: string): string {
  return `${tamper.padEnd(22)} ${toAnswer(receipt).padEnd(48)} ${toVerdict(receipt, tamper)}\n`;
}

const shownLength = 300;

function toAnswer({ outcome, status, answer, duration_ms }: SentReceipt): string {
  if (outcome !== 'answered') return `no answer in ${duration_ms} ms: ${answer}`;
  const shown = answer.length > shownLength ? `${answer.slice(0, shownLength)}…` : answer;
  return `${status} in ${duration_ms} ms${shown && `: ${shown}`}`;
}

function toVerdict(
  { outcome, accepted, problem, must_be_refused }: SentReceipt,
  tamper: string | undefined,
): string {
  if (outcome !== 'answered') return 'WeChat would send it again';
  if (tamper === undefined) return accepted ? 'acknowledged' : `not acknowledged: ${problem}`;
  if (!accepted) return 'refused';
  return must_be_refused ? 'ACKNOWLEDGED, although it has to be refused' : 'acknowledged, which it may be';
}

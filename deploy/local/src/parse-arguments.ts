export const usage = `usage: npm start [-- --once]

Starts everything on this machine, buys something, and prints the order's journey.
  --once   end after the purchase, with exit code 0 if the order was fulfilled and the buyer told
  --help   print this`;

export type Arguments = { readonly isOnce: boolean } | { readonly exitCode: 0 | 2; readonly message: string };

/** What `npm start` was called with; anything unknown is refused rather than overlooked. */
export function parseArguments(args: readonly string[]): Arguments {
  if (args.includes('--help') || args.includes('-h')) return { exitCode: 0, message: usage };
  const unknown = args.filter((word) => word !== '--once');
  if (unknown.length > 0) return { exitCode: 2, message: `unknown: ${unknown.join(' ')}\n\n${usage}` };
  return { isOnce: args.includes('--once') };
}

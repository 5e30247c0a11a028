export const usage = `usage: npm start [-- --once]

Starts everything on this machine, buys something, and prints the order's journey.
  --once   end after the purchase, with exit code 0 if the order was fulfilled and the buyer told
  --help   print this`;

export type Arguments = { readonly isOnce: boolean } | { readonly exitCode: 0 | 2; readonly message: string };

/**
 * What `npm start` was called with; anything unknown is refused rather than overlooked. `npm start --once`, without
 * the `--`, is an option of npm's own, of which only npm's variable in the environment tells.
 */
export function parseArguments(args: readonly string[], env: NodeJS.ProcessEnv = {}): Arguments {
  if (args.includes('--help') || args.includes('-h')) return { exitCode: 0, message: usage };
  const unknown = args.filter((word) => word !== '--once');
  if (unknown.length > 0) return { exitCode: 2, message: `unknown: ${unknown.join(' ')}\n\n${usage}` };
  if (env.npm_config_once !== undefined && !args.includes('--once')) {
    return { exitCode: 2, message: `npm kept --once for itself; write npm start -- --once\n\n${usage}` };
  }
  return { isOnce: args.includes('--once') };
}

/** What `node deploy/local/dist/buy.js` is told by its environment, and what its own children get. */
export interface BuyConfig {
  readonly merchantApi: string;
  readonly simulator: string;
  readonly env: NodeJS.ProcessEnv;
}

/** @throws Error with the names of what is missing or is no address */
export function loadBuyConfig(env: NodeJS.ProcessEnv = process.env): BuyConfig {
  const { MERCHANT_API_URL: merchantApi = '', SIMULATOR_URL: simulator = '' } = env;
  const wrong = Object.entries({ MERCHANT_API_URL: merchantApi, SIMULATOR_URL: simulator })
    .filter(([, url]) => !URL.canParse(url))
    .map(
      ([name, url]) => `${name} must be an address such as http://127.0.0.1:3001, and is ${url || 'not set'}`,
    );
  const lacking = ['MONGODB_URI', 'MERCHANTS_FILE']
    .filter((name) => !env[name])
    .map((name) => `${name} is not set; an API key cannot be made without it`);
  if (wrong.length + lacking.length > 0) throw new Error([...wrong, ...lacking].join('\n'));
  return { merchantApi, simulator, env };
}

/** The environment of a server that a keeper starts: the keeper's own, and what the server alone needs. */
export function toServerEnvironment(
  extra: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { ...env, ...extra };
}

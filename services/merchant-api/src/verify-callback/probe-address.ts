/** What an address does with a POST that WeChat Pay never signed. */
export type AddressProbe =
  /** It refuses it, as an ingress does. */
  { readonly kind: 'ingress' } | { readonly kind: 'other'; readonly problem: string };

const limitMs = 5_000;

/**
 * Asks the address itself, from here: a wrong name, certificate or route shows at once, and so does an ingress, which
 * refuses what is not signed. From within a network an address may fail that the internet reaches. Never rejects.
 */
export async function probeAddress(url: string): Promise<AddressProbe> {
  try {
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(limitMs);
    const response = await fetch(url, { method: 'POST', body: '{}', headers, redirect: 'manual', signal });
    const text = (await response.text()).slice(0, 1_000);
    const isRefusal = response.status === 401 && text.includes('"FAIL"');
    return isRefusal ? { kind: 'ingress' } : { kind: 'other', problem: describe(response) };
  } catch (error) {
    return { kind: 'other', problem: describeFailure(error) };
  }
}

function describe({ status, headers }: Response): string {
  if (status >= 300 && status < 400) {
    return `it redirects (${status}) to ${headers.get('location') ?? 'nowhere'}, and WeChat Pay does not follow`;
  }
  if (status === 503) return 'it answers 503: the ingress has nowhere to keep callbacks; look at its /readyz';
  return `it answers ${status} where an ingress answers 401: the path leads to something else, or a proxy answers in its place`;
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const failures: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name has no address in DNS',
  EAI_AGAIN: 'DNS did not answer for its name',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut off',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its TLS certificate comes without the ones between it and the root; serve the full chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its TLS certificate does not lead to a known root; serve the full chain',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is signed by itself, which WeChat Pay does not take',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its TLS certificate is of an authority of your own, which WeChat Pay does not know',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
};

function describeFailure(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `it did not answer within ${limitMs / 1_000} s`;
  const code = toCode(error instanceof Error ? error.cause : undefined);
  return failures[code] ?? `it could not be reached (${code})`;
}

function toCode(cause: unknown): string {
  const isCoded = typeof cause === 'object' && cause !== null && 'code' in cause;
  return isCoded ? String(cause.code) : 'no reason given';
}

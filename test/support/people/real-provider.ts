import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

/** Whom the provider signs in next. */
interface Account {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface RealProvider {
  readonly issuer: string;
  readonly clientSecret: string;
  /** Whoever comes next is this person. */
  account: Account;
  /** The person says no. */
  refuses: boolean;
  /** Goes where the station sends the browser, signs in there, and tells with which URL the browser comes back to the station. */
  visit(url: string): Promise<URL>;
  close(): Promise<void>;
}

export const CLIENT = 'evidock';
const HOPS_MAX = 12;

/** A real provider (oidc-provider) on a port of its own. Whoever comes is signed in at once. */
export async function realProvider({ redirectUri, inIdToken }: { redirectUri: string; inIdToken: boolean }): Promise<RealProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientSecret = randomBytes(24).toString('base64url');
  const state = { account: { sub: 'nobody', claims: {} } as Account, refuses: false };
  const provider = new Provider(
    issuer,
    configuration({ redirectUri, inIdToken, clientSecret }, () => state.account),
  );
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    void interact(provider, { request, response }, state).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  return {
    issuer,
    clientSecret,
    get account() {
      return state.account;
    },
    set account(account) {
      state.account = account;
    },
    get refuses() {
      return state.refuses;
    },
    set refuses(refuses) {
      state.refuses = refuses;
    },
    visit: (url) => visit(issuer, url),
    close: () => closed(server),
  };
}

function configuration(
  { redirectUri, inIdToken, clientSecret }: { redirectUri: string; inIdToken: boolean; clientSecret: string },
  account: () => Account,
): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key: JsonWebKey = { ...privateKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' };
  return {
    clients: [
      {
        ...{ client_id: CLIENT, client_secret: clientSecret, redirect_uris: [redirectUri], response_types: ['code'] },
        ...{ grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic' },
      },
    ],
    jwks: { keys: [key as never] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    conformIdTokenClaims: !inIdToken,
    claims: { openid: ['sub'], profile: ['preferred_username', 'employee_number'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub, ...account().claims }) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 60, Interaction: 60, Session: 60 },
  };
}

async function interact(
  provider: Provider,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  { account, refuses }: { account: Account; refuses: boolean },
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (refuses) return provider.interactionFinished(request, response, { error: 'access_denied', error_description: '<b>no</b>' });
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: account.sub } });
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

/** A browser as far as it matters: it keeps cookies, follows redirects within the provider, and stops where it would leave it. */
async function visit(issuer: string, first: string): Promise<URL> {
  const jar = new Map<string, string>();
  let url = new URL(first);
  for (let hops = 0; hops < HOPS_MAX; hops++) {
    if (url.origin !== issuer) return url;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
  }
  throw new Error(`more than ${HOPS_MAX} redirects`);
}

export function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { IdentityProvider, PendingSignIn, ProvenIdentity } from '#ports/identity-provider';
import { boundedFetch, isPrivate, unreachable } from './bounded-fetch.ts';

/** Discovered metadata is asked for again after this time. */
const METADATA_MS = 3_600_000;
/** After a failed discovery the provider is left alone for so long, so that people who try again do not make it worse. */
const FAILED_MS = 2000;
/** Clocks of provider and station may differ by so much, s. */
const CLOCK_TOLERANCE_S = 30;
/** Sign-ins that are being checked at one time. */
const CHECKS_MAX = 16;

interface Options {
  readonly issuer: string;
  readonly clientId: string;
  /** Read anew for each sign-in; null: a public client, which PKCE alone protects. */
  readonly clientSecret: () => Promise<string | null>;
  readonly redirectUri: string;
  /** Separated by blanks; `openid` among them. */
  readonly scope: string;
  /** Claim that is asked of the provider once more (UserInfo) where the ID token lacks it. */
  readonly claim: string;
  readonly timeoutMs: number;
  /** Aborted when the station stops. */
  readonly signal: AbortSignal;
  /** ms, by a clock that never jumps. */
  readonly monotonicMs?: () => number;
}

interface Discovered {
  readonly config: Configuration;
  readonly secret: string | null;
  readonly atMs: number;
}

/**
 * A provider of OpenID Connect, by openid-client: authorization code with PKCE, state and nonce. The signature of each ID token is checked against the keys of
 * the issuer, also though it comes over TLS from the provider itself (OpenID Connect Core 1.0, 3.1.3.7, 6). Only asymmetric algorithms are accepted.
 */
export class OidcProvider implements IdentityProvider {
  readonly #options: Options;
  readonly #monotonicMs: () => number;
  #discovered: Discovered | undefined;
  #discovering: Promise<Discovered> | undefined;
  #failed: { readonly error: unknown; readonly atMs: number } | undefined;
  #checking = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  async begin(): Promise<{ url: string; pending: PendingSignIn }> {
    const config = await this.#ready();
    const pending = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(config, {
      redirect_uri: this.#options.redirectUri,
      scope: this.#options.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    if (!isPrivate(url)) throw unreachable(because('oidc-not-private', { address: url.host }));
    return { url: url.href, pending };
  }

  async finish(query: string, { state, nonce, codeVerifier }: PendingSignIn): Promise<ProvenIdentity> {
    if (this.#checking >= CHECKS_MAX) throw new EvidockError('request.too-many', because('oidc-many', { limit: CHECKS_MAX }));
    this.#checking += 1;
    try {
      const config = await this.#ready();
      const back = new URL(this.#options.redirectUri);
      back.search = query;
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
      const tokens = await authorizationCodeGrant(config, back, checks);
      const claims = tokens.claims();
      if (!claims) throw refused('no_id_token');
      const more = Object.hasOwn(claims, this.#options.claim) ? {} : await this.#userInfo(config, tokens.access_token, claims.sub);
      const { amr, acr } = claims;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        claims: { ...more, ...claims },
        amr: Array.isArray(amr) ? amr.filter((each) => typeof each === 'string') : [],
        acr: typeof acr === 'string' ? acr : null,
      };
    } catch (error) {
      throw failureOf(error);
    } finally {
      this.#checking -= 1;
    }
  }

  async #userInfo(config: Configuration, accessToken: string, subject: string): Promise<Record<string, unknown>> {
    if (config.serverMetadata().userinfo_endpoint === undefined) return {};
    return { ...(await fetchUserInfo(config, accessToken, subject)) };
  }

  /** The provider as it described itself lately. Several callers share one discovery. */
  async #ready(): Promise<Configuration> {
    const secret = await this.#options.clientSecret();
    const known = this.#discovered;
    const nowMs = this.#monotonicMs();
    if (known && known.secret === secret && nowMs - known.atMs < METADATA_MS) return known.config;
    if (this.#failed && nowMs - this.#failed.atMs < FAILED_MS) {
      if (known) return known.config;
      throw this.#failed.error;
    }
    this.#discovering ??= this.#discover(secret).finally(() => {
      this.#discovering = undefined;
    });
    try {
      this.#discovered = await this.#discovering;
      this.#failed = undefined;
      return this.#discovered.config;
    } catch (error) {
      this.#failed = { error, atMs: this.#monotonicMs() };
      // What it said an hour ago most likely still holds; if not, the sign-in fails for that.
      if (known && known.secret === secret) return known.config;
      throw error;
    }
  }

  async #discover(secret: string | null): Promise<Discovered> {
    const { issuer, clientId, timeoutMs, signal } = this.#options;
    const server = new URL(issuer);
    const bounded = boundedFetch({ timeoutMs, signal });
    try {
      const first = await discovery(server, clientId, undefined, None(), {
        [customFetch]: bounded,
        timeout: timeoutMs / 1000,
        execute: server.protocol === 'http:' ? [allowInsecureRequests] : [],
      });
      const metadata = first.serverMetadata();
      // Some libraries take a template of an issuer for every issuer that fits it. One issuer is configured, and one alone is believed.
      if (metadata.issuer !== issuer) throw refused('issuer_differs');
      if (metadata.jwks_uri === undefined) throw refused('no_keys');
      const config = new Configuration(
        metadata,
        clientId,
        { [clockTolerance]: CLOCK_TOLERANCE_S },
        authentication(secret, metadata.token_endpoint_auth_methods_supported),
      );
      config[customFetch] = bounded;
      config.timeout = timeoutMs / 1000;
      if (server.protocol === 'http:') allowInsecureRequests(config);
      enableNonRepudiationChecks(config);
      return { config, secret, atMs: this.#monotonicMs() };
    } catch (error) {
      throw failureOf(error);
    }
  }
}

/** How the station shows the provider who it is. Where the provider does not say what it takes, RFC 6749, section 2.3.1 has it take the header. */
function authentication(secret: string | null, methods: readonly string[] | undefined) {
  if (secret === null) return None();
  return methods !== undefined && !methods.includes('client_secret_basic') && methods.includes('client_secret_post')
    ? ClientSecretPost(secret)
    : ClientSecretBasic(secret);
}

/** A code of the library or of the protocol. What the provider wrote in words is not repeated: it is not trusted. */
function refused(text: string, cause?: unknown): EvidockError {
  return new EvidockError('sign-in.provider-refused', because('oidc-refused', { text }), cause);
}

function failureOf(error: unknown): EvidockError {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (at instanceof EvidockError) return at;
  const { code, error: told } = Object(error) as { code?: unknown; error?: unknown };
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return unreachable(because('oidc-silent', {}), error);
  const words = [told, code].find((each) => typeof each === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(each));
  return refused(typeof words === 'string' ? words : 'unknown', error);
}

/** What is kept of a sign-in while the browser is at the provider. It is secret. */
export interface PendingSignIn {
  /** Comes back in the answer (RFC 6749, section 4.1.1). */
  readonly state: string;
  /** Comes back inside the ID token (OpenID Connect Core 1.0, section 3.1.2.1). */
  readonly nonce: string;
  /** RFC 7636, section 4.1. */
  readonly codeVerifier: string;
}

/** Whom the provider says that it has signed in, after every check of the ID token. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** By name, as the provider wrote them. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** How it was proven (RFC 8176); empty: the provider does not say. */
  readonly amr: readonly string[];
  readonly acr: string | null;
}

/** A provider of OpenID Connect. It may be down at any time; that harms only sign-ins through it. Each call ends within a time of its own. */
export interface IdentityProvider {
  /** Where the browser is sent. Throws sign-in.provider-unreachable. */
  begin(): Promise<{ readonly url: string; readonly pending: PendingSignIn }>;
  /**
   * Checks what the browser came back with, and trades the code for an ID token. `query`: the query of the redirect URI, with or without `?`. Throws
   * sign-in.provider-unreachable where the provider does not answer in time, sign-in.provider-refused where it answers what must not be believed,
   * request.too-many where too many sign-ins are being checked.
   */
  finish(query: string, pending: PendingSignIn): Promise<ProvenIdentity>;
}

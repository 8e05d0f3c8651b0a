import rateLimit, { type CreateRateLimitOptions, normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Caller } from './caller.ts';
import type { NetworkSettings } from './settings.ts';

const WINDOW_MS = 60_000;
/** Addresses or accounts that are counted at a time. Of more, those that asked least recently begin anew. */
export const COUNTED_MAX = 5000;
/** Whoever has an IPv6 address has a whole network of this size (RFC 6177). */
const IPV6_BITS = 64;

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;
type By = 'address' | 'account';

interface Parts {
  readonly settings: NetworkSettings;
  readonly callerOf: (request: FastifyRequest) => Caller;
  /** Called for each request that is refused. */
  readonly onRefused: (by: By) => void;
}

/**
 * Limits requests by address, before anybody is looked up, and by account afterwards. Footage has limits of its own, because players ask for many ranges; event
 * streams are limited by number (`StreamLimit`). Programs on this machine are limited by account alone: they all share one address.
 */
export class Rates {
  readonly #parts: Parts;
  readonly #limits = new Map<string, Limiter>();
  readonly #accounts = new WeakMap<FastifyRequest, string>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async on(app: FastifyInstance, parts: Parts): Promise<Rates> {
    // `global: false`: nothing is limited by itself. The hooks below ask, so that a refusal is a problem like every other one.
    await app.register(rateLimit, { global: false, cache: COUNTED_MAX });
    const rates = new Rates(parts);
    const { requestsPerMinute, footagePerMinute } = parts.settings;
    const keyOf: Record<By, (request: FastifyRequest) => string> = {
      address: (request) => normalizeIP(parts.callerOf(request).address ?? '', IPV6_BITS),
      account: (request) => rates.#accounts.get(request) ?? '',
    };
    for (const by of ['address', 'account'] as const)
      for (const [what, max] of [
        ['requests', requestsPerMinute],
        ['footage', footagePerMinute],
      ] as const) {
        const options: CreateRateLimitOptions = { max, timeWindow: WINDOW_MS, keyGenerator: keyOf[by] };
        rates.#limits.set(`${by} ${what}`, app.createRateLimit(options));
      }
    return rates;
  }

  /** Throws request.too-often. */
  async admitAddress(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.#parts.callerOf(request).isHere) return;
    await this.#admit('address', request, reply);
  }

  /** Throws request.too-often. */
  async admitAccount(request: FastifyRequest, reply: FastifyReply, account: string): Promise<void> {
    this.#accounts.set(request, account);
    await this.#admit('account', request, reply);
  }

  async #admit(by: By, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { kind } = request.routeOptions.config as { kind?: string };
    if (kind === 'events') return;
    const limiter = this.#limits.get(`${by} ${kind === 'footage' ? 'footage' : 'requests'}`);
    const verdict = await limiter?.(request);
    if (!verdict || verdict.isAllowed || !verdict.isExceeded) return;
    this.#parts.onRefused(by);
    reply.header('retry-after', verdict.ttlInSeconds);
    throw new EvidockError('request.too-often', because('too-often', { limit: verdict.max, seconds: verdict.ttlInSeconds }));
  }
}

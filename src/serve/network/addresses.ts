import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** A set of addresses, made of ranges (CIDR: RFC 4632, RFC 4291). */
export class AddressRanges {
  readonly #ranges = new BlockList();

  /** Throws TypeError or RangeError for what is no range. */
  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) {
      const { address, family, bits } = rangeOf(cidr);
      this.#ranges.addSubnet(address, bits, family);
    }
  }

  has(address: string): boolean {
    if (isIPv4(address)) return this.#ranges.check(address, 'ipv4');
    return isIPv6(address) && this.#ranges.check(address, 'ipv6');
  }
}

const LOOPBACK = new AddressRanges(['127.0.0.0/8', '::1/128']);

export function isLoopback(address: string): boolean {
  return LOOPBACK.has(address);
}

function rangeOf(cidr: string): { address: string; family: 'ipv4' | 'ipv6'; bits: number } {
  const [address = '', width] = cidr.split('/');
  if (isIP(address) === 0) throw new TypeError(`no address range: ${cidr}`);
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const bits = width === undefined ? (family === 'ipv4' ? 32 : 128) : /^\d{1,3}$/.test(width) ? Number(width) : Number.NaN;
  if (!Number.isInteger(bits)) throw new TypeError(`no address range: ${cidr}`);
  return { address, family, bits };
}

/** IPv4 addresses that a dual-stack socket shows as IPv6 (RFC 4291, 2.5.5.2) are one with IPv4; zones of link-local addresses are this machine's own matter. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : bare;
}

import ipaddr from 'ipaddr.js';

const RANGE = /^([0-9A-Fa-f:.]{2,45})\/(\d{1,3})$/;

/** An address, IPv4 where it is an IPv4 address that is written as IPv6 (`::ffff:10.1.0.7`); null for what is none. */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const isOne = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
  return isOne ? ipaddr.process(text) : null;
}

/** Whether this is written like `10.1.0.0/16` or `2001:db8::/32` (RFC 4632, RFC 4291, 2.3). */
export function isRange(text: string): boolean {
  const [, network = '', bits = ''] = RANGE.exec(text) ?? [];
  const address = addressOf(network);
  return address !== null && Number(bits) <= (address.kind() === 'ipv4' ? 32 : 128);
}

/** Tells whether an address lies in a range. null, and what is no address, lies in none. */
export function isFrom(text: string | null): (range: string) => boolean {
  const address = text === null ? null : addressOf(text);
  return (range) => {
    if (address === null || !isRange(range)) return false;
    const [network, bits] = ipaddr.parseCIDR(range);
    return address.kind() === network.kind() && address.match(network, bits);
  };
}

import Type from 'typebox';
import { integer, section, text } from './fields.ts';

/** `http` of config/station.yaml. */
export const http = section(
  'HTTP',
  'API and playback: where they are reached, over what, and by whom the word about a client is believed.',
  {
    host: text({
      title: 'Address',
      description:
        'IP address to listen at. 127.0.0.1 and ::1 are this machine alone. Any other one needs `certificate` and `key`, or `trustedProxies`.',
      default: '127.0.0.1',
    }),
    port: integer({ title: 'Port', description: '0 lets the system choose.', default: 8470 }, 0, 65_535),
    names: Type.Array(Type.String({ pattern: '^[0-9A-Za-z]([0-9A-Za-z.-]{0,252}[0-9A-Za-z])?$|^[0-9A-Fa-f:.]{2,45}$' }), {
      title: 'Names',
      description:
        'Host names and addresses under which people reach the station, without scheme and port. A request under any other name is refused; loopback names and `host` itself always count.',
      default: [],
      maxItems: 32,
    }),
    certificate: text({
      title: 'TLS certificate',
      description:
        'File with the certificate, PEM, those of its issuers behind it. It is taken over while the station runs when it changes.',
      default: '',
    }),
    key: text({
      title: 'TLS key',
      description: 'File with the private key of the certificate, PEM, without a password, readable by the station alone.',
      default: '',
    }),
    trustedProxies: Type.Array(Type.String({ minLength: 2, maxLength: 64 }), {
      title: 'Trusted proxies',
      description:
        'Addresses or address ranges (CIDR) of reverse proxies. From those alone X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are believed. In the environment as JSON.',
      default: [],
      maxItems: 32,
    }),
    requestsPerMinute: integer(
      { title: 'Requests', description: 'Requests in a minute of one address, and of one account, footage not counted.', default: 1200 },
      60,
      1_000_000,
    ),
    footagePerMinute: integer(
      { title: 'Ranges of footage', description: 'Requests for footage in a minute of one address, and of one account.', default: 6000 },
      60,
      1_000_000,
    ),
  },
);

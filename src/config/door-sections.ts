import Type from 'typebox';
import { choice, integer, section, text } from './fields.ts';

const names = (title: string, description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { title, description, default: [], maxItems: 20 });

/** `oidc` of config/station.yaml. */
export const oidc = section('OpenID Connect', 'A provider through which people sign in. The client secret is a file: oidc-client-secret.', {
  issuer: text({
    title: 'Issuer',
    description:
      'URL of the provider, word for word as it calls itself (`issuer` of its metadata); empty: nobody signs in through one. https, or http on this machine. A provider with a certificate of an own authority needs NODE_EXTRA_CA_CERTS.',
    default: '',
  }),
  clientId: text({ title: 'Client id', description: 'What the provider calls this station.', default: '' }),
  secrets: text({
    title: 'Secrets directory',
    description:
      'Directory with the file oidc-client-secret, read again for each sign-in; empty: the CREDENTIALS_DIRECTORY of systemd. Without the file the station is a public client, which PKCE alone protects.',
    default: '',
  }),
  redirectUri: text({
    title: 'Redirect URI',
    description: 'As the provider knows it: the address of the station as browsers see it, and /api/v1/sign-in/oidc/return.',
    default: '',
  }),
  scope: text({
    title: 'Scope',
    description: 'What the provider is asked for, separated by blanks.',
    default: 'openid profile',
    pattern: '^openid( [!-~]+)*$',
  }),
  claim: text({
    title: 'Claim',
    description: 'Which claim says who somebody is. `email` counts only where the provider has verified it.',
    default: 'preferred_username',
    minLength: 1,
  }),
  matches: choice(
    {
      title: 'Matches',
      description: 'What of a user the claim is compared with: account or officer number. Nobody becomes a user by it.',
      default: 'account',
    },
    ['account', 'officer'],
  ),
  secondFactorAmr: names(
    'Second factor: amr',
    'Values of the claim `amr` (RFC 8176) that count as a second factor, such as `mfa` or `otp`. Empty: whoever needs one shows a code of the station as well.',
  ),
  secondFactorAcr: names('Second factor: acr', 'Values of the claim `acr` that count as a second factor.'),
  timeout: integer({ title: 'Timeout', description: 'How long one answer of the provider may take.', unit: 's', default: 10 }, 1, 60),
});

/** `doors` of config/station.yaml. */
export const doors = section('Other doors', 'Tokens of programs, and screens at the slots.', {
  tokenDays: integer({ title: 'Tokens', description: 'Longest time for which a token may be made.', unit: 'days', default: 366 }, 1, 1100),
  pairingMinutes: integer(
    { title: 'Pairing', description: 'How long a pairing code of a kiosk is good.', unit: 'min', default: 10 },
    1,
    60,
  ),
  visitSeconds: integer(
    {
      title: 'Visit',
      description: 'For how long an officer who has shown badge or PIN sees their own dockings at a kiosk.',
      unit: 's',
      default: 180,
    },
    10,
    1800,
  ),
});

import type { Static } from 'typebox';
import { because } from '#domain/reason';
import { choice, integer, section, text } from './fields.ts';
import { checkTarget, isLoopbackAddress, type Refuse } from './http-rules.ts';

const ADDRESS = '^$|^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$';
const DOMAIN = '^$|^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$';

const mail = section('Mail', 'Notices by mail, to `account@domain`.', {
  host: text({ title: 'Server', description: 'Host name of the SMTP server; empty: no mail.', default: '', pattern: DOMAIN }),
  port: integer({ title: 'Port', description: '587 for STARTTLS, 465 for TLS.', default: 587 }, 1, 65_535),
  security: choice(
    {
      title: 'Security',
      description:
        'starttls: nothing is sent unless the server encrypts; tls: from the first byte; none: only to this machine itself, and without signing in.',
      default: 'starttls',
    },
    ['starttls', 'tls', 'none'],
  ),
  from: text({ title: 'From', description: 'Address that mail comes from.', default: '', pattern: ADDRESS }),
  domain: text({
    title: 'Domain',
    description: "The agency's mail domain: `wang` gets mail at wang@domain.",
    default: '',
    pattern: DOMAIN,
  }),
  user: text({
    title: 'User',
    description: 'Signs in to the server with this name; empty: does not sign in.',
    default: '',
    pattern: '^[^\\u0000-\\u001f]*$',
  }),
  passwordFile: text({ title: 'Password file', description: 'File with the password; read again whenever it is needed.', default: '' }),
});

/** `notices` of config/station.yaml. */
export const notices = section(
  'Notices',
  'What reviewers and askers are told of call-up, beside the API. Nothing secret is in it: that something waits, and where.',
  {
    link: text({
      title: 'Link',
      description: 'Address of the console, such as https://station.example.gov.cn: a notice links to its request there. Empty: no link.',
      default: '',
    }),
    language: choice({ title: 'Language', description: 'Of the text of mail.', default: 'zh-CN' }, ['zh-CN', 'en']),
    webhook: text({
      title: 'Webhook',
      description: 'URL to which each notice is posted as JSON, signed; https, or http to this machine itself. Empty: none.',
      default: '',
      secret: 'path',
    }),
    webhookSecretFile: text({
      title: 'Secret of the webhook',
      description: 'File with the key of the signature (HMAC-SHA-256).',
      default: '',
    }),
    mail,
  },
);

/** Rules of `notices` that the schema cannot express. */
export function checkNotices({ link, webhook, webhookSecretFile, mail: to }: Static<typeof notices>, refuse: Refuse): void {
  if (link !== '' && (!URL.canParse(link) || !/^https?:\/\/[^/?#]+(\/[^?#]*[^/?#])?$/.test(link)))
    refuse('notices.link', because('must-be-url', {}), link);
  checkTarget({ url: ['notices.webhook', webhook], secretFile: ['notices.webhookSecretFile', webhookSecretFile] }, refuse);
  if (to.host === '') return;
  const needed = { field: 'notices.mail.host', value: to.host };
  if (to.from === '') refuse('notices.mail.from', because('needed-when', needed), '');
  if (to.domain === '') refuse('notices.mail.domain', because('needed-when', needed), '');
  if ((to.user === '') !== (to.passwordFile === ''))
    refuse('notices.mail.passwordFile', because('needed-when', { field: 'notices.mail.user', value: to.user }), to.passwordFile);
  const own = to.host === 'localhost' || isLoopbackAddress(to.host);
  if (to.security === 'none' && (!own || to.user !== '')) refuse('notices.mail.security', because('mail-unencrypted', {}), to.security);
}

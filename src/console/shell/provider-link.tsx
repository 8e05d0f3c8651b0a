import { useAsk } from '../client/queries.ts';
import { ButtonLink } from '../kit/kit.tsx';
import { useSay } from '../texts/say.ts';
import styles from './shell.module.css';

/** Signing in through the provider, where the station has one. `newTab`: there, because what was typed on this page is not to be lost. */
export function ProviderLink({ newTab = false }: { readonly newTab?: boolean }) {
  const say = useSay();
  const ways = useAsk('GET /api/v1/sign-in', {}, { topics: [] });
  if (!ways.data?.provider) return null;
  const back = newTab ? '/' : `${location.pathname}${location.search}`;
  return (
    <div className={styles.form}>
      <p className={styles.or}>{say('sign-in.or')}</p>
      <ButtonLink outside={newTab ? 'tab' : 'here'} href={`/api/v1/sign-in/oidc?${new URLSearchParams({ return: back })}`}>
        {say('sign-in.provider')}
      </ButtonLink>
      {newTab ? <p className={styles.muted}>{say('sign-in.provider.tab')}</p> : null}
    </div>
  );
}

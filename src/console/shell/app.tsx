import { QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, lazy, Suspense, useMemo } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { newQueryClient } from '../client/queries.ts';
import { ButtonLink, Empty, Loading, PageHead } from '../kit/kit.tsx';
import { Toasts } from '../kit/toasts.tsx';
import { SetUp } from '../pages/set-up/set-up.tsx';
import { PAGES } from '../pages.ts';
import { useSay } from '../texts/say.ts';
import { FailureOfPage } from './failure.tsx';
import { Frame } from './frame.tsx';
import { Listening } from './live-mark.tsx';
import { type Page, type PageProps, pagesOf } from './page.ts';
import { Gate, useSession } from './session.tsx';

const LOADED: ReadonlyMap<Page, ComponentType<PageProps>> = new Map(
  PAGES.map((page) => [page, lazy(async () => ({ default: (await page.load()).Page }))]),
);

export function App() {
  const client = useMemo(newQueryClient, []);
  return (
    <QueryClientProvider client={client}>
      <Toasts>
        <Switch>
          <Route path="/setup">
            <SetUp />
          </Route>
          <Route>
            <Gate>
              <Listening>
                <Pages />
              </Listening>
            </Gate>
          </Route>
        </Switch>
      </Toasts>
    </QueryClientProvider>
  );
}

function Pages() {
  const { person, has } = useSession();
  const [path] = useLocation();
  const mine = pagesOf(PAGES, person, has);
  const home = mine.find(({ menu }) => menu !== undefined);
  return (
    <Frame>
      <FailureOfPage resetBy={path}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/">{home ? <Redirect to={home.path} replace /> : <NoPage />}</Route>
            {mine.map((page) => {
              const Shown = LOADED.get(page);
              return (
                <Route key={page.path} path={page.path}>
                  {() => (Shown ? <Shown params={paramsOf(page.path)} /> : null)}
                </Route>
              );
            })}
            <Route>
              <NoPage />
            </Route>
          </Switch>
        </Suspense>
      </FailureOfPage>
    </Frame>
  );
}

/** The names in the pattern by what stands at their places in the address. The router decodes half of it (`:`, `/` and `?` stay), and serials and case numbers have such characters. */
function paramsOf(pattern: string): PageProps['params'] {
  const written = location.pathname.split('/');
  const named = pattern.split('/').flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), decoded(written[at] ?? '')]] : []));
  return Object.fromEntries(named) as PageProps['params'];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Nobody of the console has written this address.
    return text;
  }
}

function NoPage() {
  const say = useSay();
  return (
    <>
      <PageHead title={say('problem.no-page')} />
      <Empty text={say('problem.no-page.about')}>
        <ButtonLink href="/">{say('problem.home')}</ButtonLink>
      </Empty>
    </>
  );
}

import { readFile } from 'node:fs/promises';
import { watchFile } from '#adapters/watched-file';
import type { AccessDeps } from '#desk/access/decide-for';
import { adoptFirst } from '#desk/access/policies';
import { noticeFile } from '#desk/access/policy-file';
import { PolicyKeeper } from '#desk/access/policy-keeper';
import { readPolicy } from '#desk/access/read-policy';
import { asEvidockError, EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { policyNoticed, stageFailed } from '#events';
import type { Ledger } from '#ports/ledger';
import type { StationContext } from './context.ts';

/** The policy that comes with the software. */
const SHIPPED = new URL('../../config/access.yaml', import.meta.url);
const SHIPPED_NAME = 'config/access.yaml';

/**
 * The policy in force. A station that runs (`runs`) adopts the policy of the software where there never was one, and looks at the file of the site now and
 * whenever it is changed.
 */
export async function openAccess(
  context: StationContext,
  { ledger, runs }: { readonly ledger: Ledger; readonly runs: boolean },
): Promise<Omit<AccessDeps, 'onRevoked'>> {
  const keeper = new PolicyKeeper();
  const shipped = await readFile(SHIPPED, 'utf8');
  const deps = { ledger, clock: context.clock, keeper };
  if (runs) await adoptFirst(deps, shipped, SHIPPED_NAME);
  await keeper.load(ledger.policies, readPolicy(shipped, 0, SHIPPED_NAME));
  if (runs) await followFile(context, deps);
  return { policy: () => keeper.policy(), keeper };
}

async function followFile({ config, log, onStop, onReload }: StationContext, deps: Parameters<typeof noticeFile>[0]): Promise<void> {
  const file = config.access.policy;
  const name = file === '' ? SHIPPED_NAME : file;
  const read = () => readFile(file === '' ? SHIPPED : file, 'utf8').catch(unreadable(name));
  // One look after the other: each compares the file with what the one before it left in the ledger.
  let last: Promise<void> = Promise.resolve();
  const look = () => {
    last = last.then(async () => {
      try {
        policyNoticed(log, await noticeFile(deps, { name, read }));
      } catch (error) {
        stageFailed(log, 'policy', {}, asEvidockError(error));
      }
    });
    return last;
  };
  await look();
  if (file === '') return;
  onReload(look);
  const stop = watchFile(
    file,
    () => void look(),
    (error) => stageFailed(log, 'policy', {}, asEvidockError(error)),
  );
  onStop(async () => {
    await stop();
    await last;
  });
}

function unreadable(name: string) {
  return (error: unknown) => {
    throw new EvidockError('config.invalid', because('cannot-read', { thing: name, errno: errnoText(error) }), error);
  };
}

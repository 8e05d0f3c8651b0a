import type { DeedGiven, DeedName } from './deeds.ts';
import { Killer } from './killer.ts';
import type { Moment } from './life-clock.ts';
import { lockedDisk } from './locked-disk.ts';
import { type Days, rgwDays } from './rgw-days.ts';
import { type Armed, carryOut } from './simulated-station.ts';
import { StationLife } from './station-life.ts';

/*
 * The simulated station in a process of its own, which is killed with SIGKILL at a fault point: `node child.ts JSON`. It carries out what messages ask for, and
 * answers with what became of it.
 */

export interface ChildHome {
  readonly directory: string;
  readonly now: Moment;
  readonly storage:
    | { readonly kind: 'disk'; readonly archive: string }
    | {
        readonly kind: 'rgw';
        readonly days: Days;
        readonly endpoint: string;
        readonly bucket: string;
        readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
        readonly owner: { readonly accessKeyId: string; readonly secretAccessKey: string };
      };
}

export interface Asked {
  readonly name: DeedName | 'end';
  readonly now: Moment;
  readonly given: unknown;
  readonly armed: Armed | null;
}

const { directory, now, storage } = JSON.parse(process.argv[2] ?? '') as ChildHome;
const killer = new Killer(() => process.kill(process.pid, 'SIGKILL'));
const life = await StationLife.open({
  ...{ directory, now, killer },
  storage: async ({ clock, ledger }) => {
    if (storage.kind === 'disk') return lockedDisk(storage.archive, { clock, faults: killer });
    const { days, endpoint, bucket, key, owner } = storage;
    return rgwDays({ server: { endpoint, bucket, ...key, stop: async () => undefined }, owner, days }, { ledger, killer });
  },
});

process.on('message', (asked: Asked) => {
  void answer(asked).then((outcome) => {
    process.send?.(outcome);
    if (asked.name === 'end') process.disconnect();
  });
});
process.send?.({ is: 'ready' });

async function answer({ name, now: at, given, armed }: Asked): Promise<object> {
  try {
    if (name === 'end') {
      await life.close();
      return { is: 'ended' };
    }
    life.clock.set(at);
    killer.arm(armed);
    return await carryOut(life, name, given as DeedGiven<typeof name>);
  } catch (error) {
    return { is: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    killer.arm(null);
  }
}

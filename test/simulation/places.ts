import { join } from 'node:path';
import { startRgw } from '#test/support/archive/rgw';
import { lockedBucket, makeStationUser } from '#test/support/locked-bucket';
import { lockedDisk } from '#test/support/simulation/locked-disk';
import { BucketView, type Days, simulatedMs } from '#test/support/simulation/rgw-days';
import { type SimulatedStation, StationHere } from '#test/support/simulation/simulated-station';
import { StationInChild } from '#test/support/simulation/station-in-child';
import { Auditor, diskPlace } from './auditor.ts';
import { bucketPlace } from './bucket-place.ts';

/** Where a simulated station lives, and who looks at it from outside. */
export interface Place {
  readonly station: SimulatedStation;
  readonly auditor: Auditor;
  /** The time of the storage; null: it has none of its own. */
  readonly realMs: (() => number) | null;
  end(): Promise<void>;
}

interface Wanted {
  readonly directory: string;
  readonly beganMs: number;
  readonly isOnRgw: boolean;
  /** In a process of its own, so that it can be killed. On RGW it always is. */
  readonly isInChild: boolean;
}

/** Real time of one simulated day where the storage is real, ms. */
const RGW_DAY_MS = Number(process.env['EVIDOCK_SIMULATION_DAY_MS'] ?? 1000);
/** Time to start everything, in days of the simulation. */
const LEAD_DAYS = 10;

export function placeOf(wanted: Wanted): Promise<Place> {
  return wanted.isOnRgw ? onRgw(wanted) : onDisk(wanted);
}

async function onDisk({ directory, beganMs, isInChild }: Wanted): Promise<Place> {
  const archive = join(directory, 'archive');
  const now = { wallMs: beganMs, bootMs: 0 };
  const station = isInChild
    ? await StationInChild.begin({ directory, storage: { kind: 'disk', archive } }, now)
    : await StationHere.begin({ directory, storage: ({ clock, killer }) => lockedDisk(archive, { clock, faults: killer }) }, now);
  const auditor = new Auditor({ directory, second: diskPlace(archive), place: 'disk' });
  return {
    ...{ station, auditor, realMs: null },
    end: async () => {
      auditor.close();
      await station.end();
    },
  };
}

async function onRgw({ directory, beganMs }: Wanted): Promise<Place> {
  const rgw = await startRgw();
  await makeStationUser(rgw);
  const bucket = 'simulated';
  const { server, owner } = await lockedBucket(rgw, bucket);
  owner.destroy();
  const days: Days = { beganMs, realBeganMs: Math.ceil(Date.now() / 1000) * 1000 + LEAD_DAYS * RGW_DAY_MS, dayMs: RGW_DAY_MS };
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const ownerKey = { accessKeyId: rgw.accessKeyId, secretAccessKey: rgw.secretAccessKey };
  const storage = { kind: 'rgw' as const, days, endpoint, bucket, key: { accessKeyId, secretAccessKey }, owner: ownerKey };
  const station = await StationInChild.begin({ directory, storage }, { wallMs: beganMs, bootMs: 0 });
  const view = new BucketView({ owner: { ...rgw, bucket }, station: server, days });
  const auditor = new Auditor({ directory, second: bucketPlace(view), place: 's3' });
  return {
    ...{ station, auditor },
    realMs: () => simulatedMs(days, Date.now()),
    end: async () => {
      auditor.close();
      await station.end();
      view.close();
      await rgw.stop();
    },
  };
}

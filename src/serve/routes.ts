import type { Route } from './route.ts';
import { auditRoutes } from './routes/audit.ts';
import { badgeRoutes } from './routes/badges.ts';
import { callUpRoutes } from './routes/call-ups.ts';
import { caseRoutes } from './routes/cases.ts';
import { clockRoutes } from './routes/clock.ts';
import { factRoutes } from './routes/facts.ts';
import { figureRoutes } from './routes/figures.ts';
import { holdingRoutes } from './routes/holdings.ts';
import { kioskRoutes } from './routes/kiosks.ts';
import { liveRoutes } from './routes/live.ts';
import { markRoutes } from './routes/marks.ts';
import { networkRoutes } from './routes/network.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { ownRoutes } from './routes/own.ts';
import { peopleRoutes } from './routes/people.ts';
import { policyRoutes } from './routes/policy.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { registryRoutes } from './routes/registry.ts';
import { reportRoutes } from './routes/reports.ts';
import { archiveRoutes } from './routes/retention/archive.ts';
import { disposalRoutes } from './routes/retention/disposals.ts';
import { dutyRoutes } from './routes/retention/duties.ts';
import { fetchBackRoutes } from './routes/retention/fetch-back.ts';
import { holdRoutes } from './routes/retention/holds.ts';
import { retentionRoutes } from './routes/retention/retention.ts';
import { scrubRoutes } from './routes/retention/scrub.ts';
import { rightsRoutes } from './routes/rights.ts';
import { sampleRoutes } from './routes/samples.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { shiftRoutes } from './routes/shifts.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { slotRoutes } from './routes/slots.ts';
import { stationRoutes } from './routes/station.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { trackRoutes } from './routes/tracks/tracks.ts';
import { workRoutes } from './routes/work.ts';
import { workerRoutes } from './routes/workers.ts';

/** The one table of everything that can be asked of the station. */
export const ROUTES: readonly Route[] = [
  ...stationRoutes,
  ...slotRoutes,
  ...liveRoutes,
  ...recordingRoutes,
  ...markRoutes,
  ...trackRoutes,
  ...rightsRoutes,
  ...fetchBackRoutes,
  ...factRoutes,
  ...registryRoutes,
  ...peopleRoutes,
  ...caseRoutes,
  ...holdingRoutes,
  ...shiftRoutes,
  ...dutyRoutes,
  ...holdRoutes,
  ...figureRoutes,
  ...workRoutes,
  ...workerRoutes,
  ...archiveRoutes,
  ...tokenRoutes,
  ...kioskRoutes,
  ...ownRoutes,
  ...badgeRoutes,
  ...oidcRoutes,
  ...auditRoutes,
  ...signInRoutes,
  ...sessionRoutes,
  ...clockRoutes,
  ...scrubRoutes,
  ...networkRoutes,
  ...reportRoutes,
  ...sampleRoutes,
  ...callUpRoutes,
  ...policyRoutes,
  ...disposalRoutes,
  ...retentionRoutes,
];

import { liveGrantBell } from '#adapters/live-grant-bell';
import { Mail } from '#adapters/notices/mail';
import { Webhook } from '#adapters/notices/webhook';
import { NoticeDeliverer } from '#desk/call-up/deliverer';
import type { CallUpParts } from '#desk/call-up/deps';
import { CallUpKeeper } from '#desk/call-up/keeper';
import { policyRules } from '#desk/call-up/policy-rules';
import { SteadyTime } from '#desk/call-up/steady-time';
import type { StationClock } from '#desk/clock/station-clock';
import { digestFor } from '#desk/duties/tell';
import type { Policy } from '#domain/access/policy';
import { grantsNotKept } from '#events';
import type { Ledger } from '#ports/ledger';
import type { NoticeSender } from '#ports/notice-sender';
import type { StationContext } from './context.ts';

interface Given {
  readonly ledger: Ledger;
  readonly clockWatch: StationClock;
  /** The policy in force. */
  readonly policy: () => Policy;
  /** The daemon: it ends grants in time. A command only reads them, and a grant that has reached its end covers nothing. */
  readonly keeps: boolean;
}

/** Opens what call-up stands on. Grants that came to their end while the station was down are ended before this resolves. */
export async function openCallUps(context: StationContext, { ledger, clockWatch, policy, keeps }: Given): Promise<CallUpParts> {
  const { clock, config, log, onStop } = context;
  const time = new SteadyTime({
    clock,
    monotonicMs: () => performance.now(),
    floorMs: await ledger.callUps.latestKnown(clockWatch.confirmedSeq),
  });
  const forget = clockWatch.onConfirmed(() => time.restart());
  onStop(async () => forget());
  const rules = policyRules({ ledger, policy, clock: time, timezone: config.station.timezone });
  const senders = sendersOf(context);
  const { language, link } = config.notices;
  const asking = { ledger, access: { policy }, clock: time, facts: config.station };
  const digest: ConstructorParameters<typeof NoticeDeliverer>[0]['digestFor'] = (user, told) => digestFor(asking, user, told);
  const delivering = { ledger, senders, clock: time, log, language, link, digestFor: digest };
  const deliverer = keeps && senders.length > 0 ? new NoticeDeliverer(delivering) : null;
  const ways = senders.map(({ way }) => way);
  const parts: CallUpParts = { rules, time, bell: liveGrantBell(), ways, wake: () => deliverer?.wake() };
  if (!keeps) return parts;
  onStop(async () => deliverer?.stop());
  deliverer?.wake();
  const deps = { ledger, facts: { stationId: config.station.id }, callUps: parts };
  const keeper = new CallUpKeeper({ deps, failed: (error) => grantsNotKept(log, error) });
  await keeper.start();
  onStop(() => keeper.stop());
  return parts;
}

/** The ways by which notices leave the station, as far as they are configured. */
function sendersOf({ config: { notices, station }, clock }: StationContext): readonly NoticeSender[] {
  const { webhook: url, webhookSecretFile: secretFile, mail } = notices;
  return [
    ...(url === '' ? [] : [new Webhook({ url, secretFile, stationId: station.id, clock })]),
    ...(mail.host === '' ? [] : [new Mail({ ...mail, stationName: station.name })]),
  ];
}

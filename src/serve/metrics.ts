import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PROPOSALS_MAX } from '#desk/access/policies';
import type { DeskDeps } from '#desk/deps';
import { logLags } from '#desk/log-lag';
import { type ScrubStanding, scrubStanding } from '#desk/scrub/standing';
import { hubViews } from '#desk/slots';
import { listWorkers } from '#desk/worker-keys';
import type { ClockState } from '#domain/clock/clock-state';
import { SLOT_PHASES } from '#domain/docking';
import { DUTY_KINDS } from '#domain/duties/duty';
import { type DiskState, listOf, type MachineState } from '#domain/machine/machine';
import type { TlsState } from '#ports/tls-source';
import { countEviction } from './eviction-metrics.ts';

/** Figures for Prometheus. Those of the ledger are read when Prometheus asks. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #sent: Counter<'from'>;
  /** Sets the figures that one question to the ledger tells. */
  readonly #count: () => Promise<void>;
  readonly #limited: Counter<'by'>;

  constructor(deps: DeskDeps) {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'evidock_http_request_seconds',
      help: 'Time until the answer is complete.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    });
    this.#sent = new Counter({
      name: 'evidock_footage_looks_total',
      help: 'Requests for footage by place.',
      labelNames: ['from'],
      registers,
    });
    this.#limited = new Counter({
      name: 'evidock_http_requests_limited_total',
      help: 'Requests that were refused because too many came from one address or account.',
      labelNames: ['by'],
      registers,
    });
    const gauge = (name: string, help: string) => new Gauge({ name: `evidock_${name}`, help, registers });
    const counts = {
      recordings: gauge('recordings', 'Recordings in the ledger.'),
      originals: gauge('originals', 'Originals in the ledger.'),
      originalBytes: gauge('original_bytes', 'Bytes of all originals.'),
      unsealed: gauge('originals_unsealed', 'Originals that are not sealed yet.'),
      notArchived: gauge('recordings_not_archived', 'Recordings that are not archived yet.'),
      workWaiting: gauge('work_waiting', 'Work that waits or runs.'),
      workFailed: gauge('work_failed', 'Work that failed for good.'),
      custodyEntries: gauge('custody_entries', 'Entries of the custody log.'),
    };
    this.#count = async () => {
      const now = await deps.ledger.counts();
      for (const [name, each] of Object.entries(counts)) each.set(now[name as keyof typeof counts]);
    };
    this.#countLag(deps);
    this.#countWorkers(deps);
    this.#countTls(deps);
    this.#countPolicy(deps);
    this.#countClock(deps);
    this.#countScrub(deps);
    this.#countMachine(deps);
    this.#countDuties(deps);
    countEviction(deps, registers);
    new Gauge({
      name: 'evidock_vault_free_bytes',
      help: 'Space for new originals, above the reserve.',
      registers,
      async collect() {
        // A disk that does not answer counts as having no space; readiness tells why.
        this.set(await deps.vault.freeBytes().catch(() => 0));
      },
    });
    new Gauge({
      name: 'evidock_slot_bytes_per_second',
      help: 'Copy rate of a slot.',
      labelNames: ['slot'],
      registers,
      collect() {
        this.reset();
        for (const { slot, bytesPerSecond } of deps.board.snapshot()) this.set({ slot }, bytesPerSecond);
      },
    });
    new Gauge({
      name: 'evidock_slots',
      help: 'Slots in each phase.',
      labelNames: ['phase'],
      registers,
      collect() {
        const shown = deps.board.snapshot();
        for (const phase of SLOT_PHASES) this.set({ phase }, shown.filter((view) => view.phase === phase).length);
      },
    });
    new Gauge({
      name: 'evidock_hub_bytes_per_second',
      help: 'Copy rate of all slots of a hub.',
      labelNames: ['hub'],
      registers,
      collect() {
        this.reset();
        for (const { hub, bytesPerSecond } of hubViews(deps)) this.set({ hub }, bytesPerSecond);
      },
    });
    new Gauge({ name: 'evidock_info', help: 'Version.', labelNames: ['version', 'station'], registers }).set(
      { version: deps.facts.version, station: deps.facts.stationId },
      1,
    );
    new Gauge({
      name: 'process_resident_memory_bytes',
      help: 'Resident memory.',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
  }

  /** For each worker with a good key: the work that it holds, and when it was last heard. */
  #countWorkers(deps: DeskDeps): void {
    const gauge = (name: string, help: string, figure: 'running' | 'heardSecondsAgo') =>
      new Gauge({
        name: `evidock_worker_${name}`,
        help,
        labelNames: ['worker'],
        registers: [this.#registry],
        async collect() {
          this.reset();
          for (const worker of await listWorkers(deps)) {
            const value = worker[figure];
            if (worker.revokedAtMs === null && value !== null) this.set({ worker: worker.name }, value);
          }
        },
      });
    gauge('work_running', 'Work that a worker on another host holds.', 'running');
    gauge(
      'silent_seconds',
      'Time since a worker on another host was last heard; none if it was not since the station started.',
      'heardSecondsAgo',
    );
  }

  /** Which policy is in force, whether the file of the site can be used, and what waits for a second person. */
  #countPolicy({ access, ledger }: DeskDeps): void {
    const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
      new Gauge({
        name: `evidock_policy_${name}`,
        help,
        registers: [this.#registry],
        async collect() {
          this.set(await value());
        },
      });
    gauge('version', 'Version of the policy in force; 0 before any was adopted.', () => access.policy().version);
    gauge('broken', '1 if the policy file of the site cannot be used.', () => (access.keeper.trouble === null ? 0 : 1));
    gauge('waiting', 'Versions of the policy that wait for a decision.', async () => {
      const waiting = await ledger.policies.list({ state: 'proposed', limit: PROPOSALS_MAX });
      return waiting.length;
    });
  }

  /** How far vault and archive are read again. */
  #countScrub({ ledger, clock, archive, scrub }: DeskDeps): void {
    const gauge = (name: string, help: string, value: (standing: ScrubStanding) => number) =>
      new Gauge({
        name: `evidock_scrub_${name}`,
        help,
        labelNames: ['place'],
        registers: [this.#registry],
        async collect() {
          for (const standing of await scrubStanding({ ledger, clock, archive, limits: scrub.limits }))
            this.set({ place: standing.place }, value(standing));
        },
      });
    gauge('oldest_check_seconds', 'Time since the check of the original that was read longest ago.', ({ oldestCheckMs }) =>
      oldestCheckMs === null ? 0 : (clock.nowMs() - oldestCheckMs) / 1000,
    );
    gauge('overdue', 'Originals that were not read again within the period.', ({ overdue }) => overdue);
    gauge('faults', 'Copies that are bad or cannot be read, 1000 at most.', ({ faults }) => faults);
    gauge('paused', '1 if a person has paused it.', ({ paused }) => (paused ? 1 : 0));
    gauge('halted', '1 if healing is stopped until a person confirms.', ({ haltedAtMs }) => (haltedAtMs === null ? 0 : 1));
  }

  /** Nothing before the machine was read. What cannot be read has no figure but that it is unread. */
  #countMachine({ machine, clock }: DeskDeps): void {
    const gauge = (name: string, help: string, labels: readonly string[], set: (gauge: Gauge, state: MachineState) => void) =>
      new Gauge({
        ...{ name: `evidock_${name}`, help, labelNames: labels, registers: [this.#registry] },
        collect() {
          this.reset();
          const state = machine();
          if (state) set(this, state);
        },
      });
    const ofDisks = (name: string, help: string, value: (disk: DiskState) => number | null) =>
      gauge(name, help, ['disk', 'serial'], (each, { disks }) => {
        for (const disk of listOf(disks)) {
          const found = value(disk);
          if (found !== null) each.set({ disk: disk.name, serial: disk.id }, found);
        }
      });
    ofDisks('disk_failing', '1 if a disk says or shows that it is failing.', ({ health }) =>
      health === 'unread' ? null : Number(health === 'failing'),
    );
    ofDisks('disk_unread', '1 if nobody can say how a disk is.', ({ health }) => Number(health === 'unread'));
    ofDisks('disk_wear_percent', 'Share of its writing life that a disk has used.', ({ wearPercent }) => wearPercent);
    gauge('array_failing', '1 if an array lacks a disk, does not run, or cannot be read.', ['array'], (each, { arrays }) => {
      for (const { name, health } of listOf(arrays)) each.set({ array: name }, Number(health !== 'good'));
    });
    gauge('machine_unread', '1 if a part of the machine cannot be read at all.', ['part'], (each, state) => {
      for (const part of ['disks', 'arrays', 'space'] as const) each.set({ part }, Number('code' in state[part]));
    });
    gauge(
      'vault_full_in_seconds',
      'Time until the disk of the vault is full at the growth of the last four weeks; none if that is not known or it does not fill.',
      [],
      (each, { space }) => {
        if (!('code' in space) && space.fullAtMs !== null) each.set(Math.max(0, (space.fullAtMs - clock.nowMs()) / 1000));
      },
    );
  }

  /** What has to be seen to. A kind of which there is none shows 0, so that an alarm ends. */
  #countDuties({ ledger, clock }: DeskDeps): void {
    const gauge = (name: string, help: string, figure: 'open' | 'overdue') =>
      new Gauge({
        name: `evidock_duties_${name}`,
        help,
        labelNames: ['kind'],
        registers: [this.#registry],
        async collect() {
          const counts = await ledger.duties.counts(clock.nowMs());
          for (const kind of DUTY_KINDS) this.set({ kind }, counts.find((each) => each.kind === kind)?.[figure] ?? 0);
        },
      });
    gauge('open', 'Duties that are not done.', 'open');
    gauge('overdue', 'Duties that nobody has seen to or acknowledged in their time.', 'overdue');
  }

  #countClock({ clockWatch }: DeskDeps): void {
    const gauge = (name: string, help: string, value: (state: ClockState) => number) =>
      new Gauge({
        name: `evidock_clock_${name}`,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value(clockWatch.state()));
        },
      });
    gauge('steady', '0 if the clock of the station went back or jumped, and nobody confirmed it since.', ({ kind }) =>
      kind === 'steady' ? 1 : 0,
    );
    gauge('doubt_seconds', 'By how much it went back (below 0) or jumped; 0 if it is steady.', (state) =>
      state.kind === 'steady' ? 0 : (state.byMs / 1000) * (state.kind === 'went-back' ? -1 : 1),
    );
  }

  /** Nothing where the listener speaks no TLS. */
  #countTls(deps: DeskDeps): void {
    const gauge = (name: string, help: string, figure: (state: TlsState) => number) =>
      new Gauge({
        name: `evidock_tls_${name}`,
        help,
        labelNames: ['certificate'],
        registers: [this.#registry],
        collect() {
          this.reset();
          const state = deps.tls();
          if (state) this.set({ certificate: state.sha256 }, figure(state));
        },
      });
    gauge('certificate_seconds_left', 'Time until the certificate in force ends.', ({ notAfterMs }) =>
      Math.round((notAfterMs - deps.clock.nowMs()) / 1000),
    );
    gauge('refused', '1 if what stands in the files of certificate and key cannot be used and an older pair is in force.', ({ refused }) =>
      refused === null ? 0 : 1,
    );
  }

  /** How far vault and archive are behind the custody log. */
  #countLag(deps: DeskDeps): void {
    const gauge = (name: string, help: string, figure: 'entries' | 'ageSeconds') =>
      new Gauge({
        name: `evidock_custody_unshipped_${name}`,
        help,
        labelNames: ['place'],
        registers: [this.#registry],
        // Each gauge reads the figures itself: one that another gauge sets may be a scrape old.
        async collect() {
          for (const lag of await logLags(deps)) this.set({ place: lag.place }, lag[figure]);
        },
      });
    gauge('entries', 'Entries of the custody log that are not in a place yet.', 'entries');
    gauge('seconds', 'Age of the oldest entry that is not in a place yet.', 'ageSeconds');
  }

  answered(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds);
  }

  looked(from: string): void {
    this.#sent.inc({ from });
  }

  limited(by: 'address' | 'account'): void {
    this.#limited.inc({ by });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    // Before the registry collects: a gauge that another one sets meanwhile would show the figure of the scrape before.
    await this.#count();
    return this.#registry.metrics();
  }
}

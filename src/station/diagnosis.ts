import type { FastifyInstance } from 'fastify';
import { InProcessClient } from '#cli/client';
import type { DeskDeps } from '#desk/deps';
import type { Diagnose } from '#ports/diagnosis';
import type { Metrics } from '#serve/metrics';
import { buildServer } from '#serve/server';
import { runDoctor } from '../doctor/doctor.ts';
import type { StationContext } from './context.ts';

/**
 * What `evidock doctor` finds, found by the running station itself. It reads through a way in of its own, which no person uses: the log of the control socket
 * tells nothing of it. Whoever asks while somebody else's diagnosis runs gets that one.
 */
export function openDiagnosis({ config, clock, onStop }: StationContext, deps: DeskDeps, metrics: Metrics): Diagnose {
  let own: FastifyInstance | null = null;
  let running: ReturnType<Diagnose> | null = null;
  onStop(async () => {
    // A diagnosis that runs ends first: what it asks stands.
    await running?.catch(() => undefined);
    await own?.close();
  });
  const diagnose = async () => {
    own ??= buildServer({ deps: { ...deps, deeds: untold(deps.deeds) }, way: 'socket', metrics });
    const app = own;
    const connect = async () => new InProcessClient({ app, user: 'diagnosis', close: async () => undefined, kind: 'running' });
    return runDoctor({ config, nowMs: clock.nowMs(), connect });
  };
  return () => {
    running ??= diagnose().finally(() => {
      running = null;
    });
    return running;
  };
}

function untold(deeds: DeskDeps['deeds']): DeskDeps['deeds'] {
  return {
    refused: (...asked) => deeds.refused(...asked),
    searched: (...asked) => deeds.searched(...asked),
    readAudit: (...asked) => deeds.readAudit(...asked),
    exported: (...asked) => deeds.exported(...asked),
    reported: (...asked) => deeds.reported(...asked),
    usedSocket: async () => undefined,
  };
}

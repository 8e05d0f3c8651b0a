import { Gauge, type Registry } from 'prom-client';
import type { DeskDeps } from '#desk/deps';
import { type EvictionStanding, evictionStanding } from '#desk/eviction-standing';
import { STAYS } from '#domain/eviction/choose';

/** What only the archive holds, how far the vault is above its low-water mark, and what could not be evicted. */
export function countEviction(deps: Pick<DeskDeps, 'ledger' | 'vault' | 'evicting'>, registers: Registry[]): void {
  const gauge = (name: string, help: string, value: (standing: EvictionStanding) => number) =>
    new Gauge({
      ...{ name: `evidock_${name}`, help, registers },
      async collect() {
        this.set(value(await evictionStanding(deps)));
      },
    });
  gauge('evicted_originals', 'Originals that the archive alone holds.', ({ files }) => files);
  gauge('evicted_bytes', 'Bytes of the originals that the archive alone holds.', ({ bytes }) => bytes);
  gauge('evicted_playable_copies', 'Playable copies that the archive alone holds.', ({ playable }) => playable.files);
  gauge('evicted_playable_bytes', 'Bytes of the playable copies that the archive alone holds.', ({ playable }) => playable.bytes);
  gauge(
    'vault_above_low_water_bytes',
    'Bytes to be freed to come down to eviction.lowWater; 0 where nothing is evicted.',
    ({ aboveLowWaterBytes }) => aboveLowWaterBytes ?? 0,
  );
  new Gauge({
    name: 'evidock_eviction_left_files',
    help: 'Files that the last eviction had to leave in the vault, by why; 0 where it freed what was wanted.',
    labelNames: ['why'],
    registers,
    collect() {
      const stays = deps.evicting?.lastStays() ?? {};
      for (const why of STAYS) this.set({ why }, stays[why] ?? 0);
    },
  });
}

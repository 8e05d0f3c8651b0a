import { sql } from 'kysely';

/**
 * Whether `newer` is what became of `old`. Ids are in the order of time. A card that comes back with the old file has a later docking than the new version, and a
 * file of this recorder on another recorder's card is no version of the one on its own.
 */
export const IS_NEWER =
  sql.raw(`old.state = 'listed' AND newer.state = 'sealed' AND newer.id > old.id AND newer.docking_id >= old.docking_id
  AND (SELECT recorder_serial FROM dockings WHERE id = old.docking_id) = (SELECT recorder_serial FROM dockings WHERE id = newer.docking_id)`);

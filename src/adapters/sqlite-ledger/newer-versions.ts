import { sql } from 'kysely';

/**
 * Whether the original `newer` is a newer version of the file of `old`. Ids are in the order of time. The docking of `newer` must not be the earlier one. A
 * file of a recorder on another recorder's card is no version of the file on its own card.
 */
export const IS_NEWER =
  sql.raw(`old.state = 'listed' AND newer.state = 'sealed' AND newer.id > old.id AND newer.docking_id >= old.docking_id
  AND (SELECT recorder_serial FROM dockings WHERE id = old.docking_id) = (SELECT recorder_serial FROM dockings WHERE id = newer.docking_id)`);

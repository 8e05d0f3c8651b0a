/** Room between two tiles, px. */
const GAP_PX = 12;
/** More tiles than these cannot be read on any screen of a station. */
export const TILES_MAX = 200;

export interface Layout {
  readonly columns: number;
  readonly rows: number;
}

/** How wide a tile is for its height where words stand in it best. */
const SHAPE = 1.15;

/** The columns and rows in which so many tiles get largest. None of them needs scrolling. */
export function layoutOf(tiles: number, width: number, height: number): Layout {
  let best: Layout = { columns: 1, rows: Math.max(1, tiles) };
  let bestSize = 0;
  for (let columns = 1; columns <= Math.max(1, tiles); columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const each = { width: (width - GAP_PX * (columns - 1)) / columns, height: (height - GAP_PX * (rows - 1)) / rows };
    const size = Math.min(each.width / SHAPE, each.height);
    if (size > bestSize + 0.5) [best, bestSize] = [{ columns, rows }, size];
  }
  return best;
}

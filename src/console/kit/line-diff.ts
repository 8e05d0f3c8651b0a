/** A line of a comparison. `left`: so many lines that both have were left out. */
export type DiffLine =
  | { readonly kind: 'same' | 'added' | 'gone'; readonly text: string }
  | { readonly kind: 'left'; readonly count: number };

const CONTEXT = 2;

/** What is different between two texts, line by line, with two lines around each difference. Both have at most some thousand lines. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const width = now.length + 1;
  // common[i * width + j]: length of the longest common part of the rest from line i and line j on.
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        old[i] === now[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  const lines: Extract<DiffLine, { text: string }>[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [a, b] = [old[i], now[j]];
    if (a !== undefined && a === b) {
      lines.push({ kind: 'same', text: a });
      i += 1;
      j += 1;
    } else if (b === undefined || (a !== undefined && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      lines.push({ kind: 'gone', text: a ?? '' });
      i += 1;
    } else {
      lines.push({ kind: 'added', text: b });
      j += 1;
    }
  }
  return shortened(lines);
}

function shortened(lines: readonly Extract<DiffLine, { text: string }>[]): readonly DiffLine[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ kind }) => kind !== 'same'));
  const shown: DiffLine[] = [];
  let left = 0;
  for (const [at, line] of lines.entries()) {
    if (near[at]) {
      if (left > 0) shown.push({ kind: 'left', count: left });
      left = 0;
      shown.push(line);
    } else left += 1;
  }
  if (left > 0) shown.push({ kind: 'left', count: left });
  return shown;
}

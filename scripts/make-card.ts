import { parseArgs } from 'node:util';
import { LAYOUTS } from '#sample-card/layouts';
import { makeCard } from '#sample-card/make-card';

/* Makes a sample recorder without a station; `evidock make-card` does the same. */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    layout: { type: 'string', default: 'gat947' },
    seconds: { type: 'string', default: '4' },
    files: { type: 'string', default: '1000' },
  },
});
const layout = LAYOUTS.find((each) => each === values.layout);
const [directory] = positionals;
if (!layout || directory === undefined) {
  console.error(`usage: make-card DIR --layout ${LAYOUTS.join('|')} [--seconds N] [--files N]`);
  process.exitCode = 2;
} else {
  const files = await makeCard({
    directory,
    layout,
    secondsPerClip: Number(values.seconds),
    files: Number(values.files),
    timezone: 'Asia/Shanghai',
  });
  console.log(`${directory}: ${files} files in layout ${layout}`);
}

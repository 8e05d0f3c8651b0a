/* Writes docs/retention-schedule.md and the JSON schemas of schedules and days off from their schemas. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { holidaySchemaText, scheduleReference, scheduleSchemaText } from '../src/domain/retention/schedule-reference.ts';

writeFileSync(new URL('../docs/retention-schedule.md', import.meta.url), scheduleReference());
const schemas = [
  ['../config/retention/schedule.schema.json', scheduleSchemaText()],
  ['../config/holidays/holidays.schema.json', holidaySchemaText()],
].map(([path = '', text = '']) => {
  const file = fileURLToPath(new URL(path, import.meta.url));
  writeFileSync(file, text);
  return file;
});
// The formatter has its own way of breaking lines.
execFileSync('npx', ['biome', 'format', '--write', ...schemas]);

import { BIN_RECORD_BYTES, formerPath } from '#domain/card/bin-record';
import type { ListedFile } from '#domain/card/listed-file';
import { type NameRules, readName } from '#domain/card/names';
import { isCardFailure } from '#domain/errors';
import type { Volume } from '#ports/recorder-driver';

/** At most so many records of deleted files are read on one card. */
const RECORDS_MAX = 200;

/** Gives files in a Windows bin what their former names tell: the recorder and the start. Their names in the bin (`$R` and six characters) tell neither. */
export async function withFormerNames(files: readonly ListedFile[], volume: Volume, names: NameRules): Promise<ListedFile[]> {
  const records = new Map<string, ListedFile>();
  for (const file of files) if (file.facts.kind === 'leftover' && file.facts.sidecar) records.set(file.facts.stem.toLowerCase(), file);
  const told: ListedFile[] = [];
  let read = 0;
  for (const file of files) {
    const record = file.facts.foundIn === 'bin' ? records.get(file.facts.stem.toLowerCase()) : undefined;
    const path = record && read < RECORDS_MAX ? await pathIn(record, volume) : null;
    if (record) read += 1;
    told.push(path === null ? file : { ...file, facts: { ...file.facts, ...factsOf(path, names), formerPath: path } });
  }
  return told;
}

function factsOf(path: string, names: NameRules): Partial<ListedFile['facts']> {
  const { claimedStart, deviceNumber, officerId, important } = readName(path, names);
  const facts = { claimedStart, deviceNumber, officerId, important };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** The former path that a record tells; null if it cannot be read. The copy of the record will report the failure. */
async function pathIn({ path }: ListedFile, volume: Volume): Promise<string | null> {
  try {
    const file = await volume.open(path);
    try {
      const target = new Uint8Array(BIN_RECORD_BYTES);
      return formerPath(target.subarray(0, await file.read(target, 0)));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCardFailure(error)) return null;
    throw error;
  }
}

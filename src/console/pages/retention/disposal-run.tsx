import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { askLines, type Line } from '../../client/request.ts';
import { Dialog, DialogFoot } from '../../kit/dialog.tsx';
import { sizeText } from '../../kit/figures.ts';
import { AreaField, Button } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useReason, useSay } from '../../texts/say.ts';

import styles from './retention.module.css';

type Key = NonNullable<Schemas['DisposalRunBody']['key']>;
const LINES_MAX = 200;

/** The file of the key as storages write it, or as the API names it. null: it is none. */
function keyIn(text: string): Key | null {
  try {
    const found = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const of = (name: string) => found[name] ?? found[name.charAt(0).toUpperCase() + name.slice(1)];
    const [accessKeyId, secretAccessKey, sessionToken] = [of('accessKeyId'), of('secretAccessKey'), of('sessionToken')];
    if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return null;
    return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' ? { sessionToken } : {}) };
  } catch {
    return null;
  }
}

/** Carries an approved list out. The key that may delete in the archive is given for this run alone, and kept nowhere. */
export function DisposalRun({ id }: { readonly id: string }) {
  const say = useSay();
  const { reason } = useReason();
  const [asking, setAsking] = useState(false);
  const [key, setKey] = useState('');
  const [lines, setLines] = useState<readonly string[]>([]);
  const work = useWork();
  const given = key.trim() === '' ? undefined : keyIn(key);
  const wordsOf = (line: Line): string | null => {
    const why = line['reason'] as Schemas['Reason'] | null | undefined;
    const told = { recording: String(line['recording']), left: Number(line['left']), why: why ? reason(why) : '—' };
    if (line.type === 'recording') return say(line['state'] === 'destroyed' ? 'disposal.run.destroyed' : 'disposal.run.kept', told);
    if (line.type === 'halted') return say('disposal.run.halted', told);
    if (line.type !== 'summary') return null;
    return say('disposal.run.summary', {
      ...{ destroyed: Number(line['destroyed']), kept: Number(line['kept']), left: told.left },
      size: sizeText(Number(line['bytes'])),
    });
  };
  const run = () =>
    void work.begin(async () => {
      setLines([]);
      const body = given ? { key: given } : {};
      await askLines('POST /api/v1/disposals/{id}/run', { path: { id }, body }, (line) => {
        const words = wordsOf(line);
        if (words !== null) setLines((before) => [...before, words].slice(-LINES_MAX));
      });
      setKey('');
      setAsking(false);
    });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {say('disposal.run')}
      </Button>
      {lines.length === 0 ? null : (
        <ul className={styles.list} role="status">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {asking ? (
        <Dialog title={say('disposal.run')} onClose={() => setAsking(false)} modalOnly={work.busy}>
          <p>{say('disposal.run.about-here')}</p>
          <AreaField
            label={say('disposal.run.key-here')}
            hint={say('disposal.run.key.hint')}
            error={given === null ? say('disposal.run.key.wrong') : null}
            rows={5}
            spellCheck={false}
            autoComplete="off"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          {work.error ? <ProblemNote error={work.error} /> : null}
          {lines.length === 0 ? null : <p role="status">{lines.at(-1)}</p>}
          <DialogFoot>
            <Button onClick={() => setAsking(false)} disabled={work.busy}>
              {say('form.cancel')}
            </Button>
            <Button look="danger" busy={work.busy} disabled={given === null} onClick={run}>
              {say('disposal.run.begin')}
            </Button>
          </DialogFoot>
        </Dialog>
      ) : null}
    </>
  );
}

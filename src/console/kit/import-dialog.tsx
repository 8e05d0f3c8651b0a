import { type ReactNode, useState } from 'react';
import { useSay } from '../texts/say.ts';
import { Dialog, DialogFoot } from './dialog.tsx';
import styles from './kit.module.css';
import { AreaField, Button, Field, Panel, Stack } from './kit.tsx';
import { ProblemNote } from './problem.tsx';
import { useSend } from './use-send.ts';

/** A file as the API takes it. */
export interface ImportSource {
  readonly format: 'csv' | 'json';
  readonly text: string;
}

interface ImportDialogProps<Answer> {
  readonly title: string;
  /** Which columns the file has. */
  readonly hint: string;
  readonly options?: ReactNode;
  readonly onClose: () => void;
  readonly ask: (source: ImportSource, dryRun: boolean) => Promise<Answer>;
  /** What would change. */
  readonly preview: (answer: Answer) => ReactNode;
}

/** Takes a file in: first tells what it would change and changes nothing, then does it. */
export function ImportDialog<Answer>({ title, hint, options, onClose, ask, preview }: ImportDialogProps<Answer>) {
  const say = useSay();
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [found, setFound] = useState<Answer | null>(null);
  const { busy, error, send } = useSend();
  const source = (): ImportSource => ({ format: name.endsWith('.json') || /^\s*\[/.test(text) ? 'json' : 'csv', text });
  const change = (next: string, of = '') => {
    setText(next);
    setName(of);
    setFound(null);
  };
  return (
    <Dialog title={title} onClose={onClose} wide>
      <Stack>
        <Field label={say('import.file')} hint={hint}>
          {(wired) => (
            <input
              {...wired}
              type="file"
              accept=".csv,.json,text/csv,application/json"
              onChange={async (event) => {
                const file = event.target.files?.[0];
                if (file) change(await file.text(), file.name);
              }}
            />
          )}
        </Field>
        <AreaField
          label={say('import.text')}
          value={text}
          onChange={(event) => change(event.target.value)}
          rows={7}
          spellCheck={false}
          style={{ fontFamily: 'var(--mono)' }}
        />
        {options}
        {error ? <ProblemNote error={error} /> : null}
        {found !== null ? (
          <Panel title={say('import.preview')}>
            <div role="status">{preview(found)}</div>
            <p className={styles.muted}>{say('import.nothing-yet')}</p>
          </Panel>
        ) : null}
        <DialogFoot>
          <Button onClick={onClose}>{say('form.cancel')}</Button>
          <Button
            look={found === null ? 'primary' : 'plain'}
            busy={busy && found === null}
            disabled={text.trim() === ''}
            onClick={() => void send(async () => setFound(await ask(source(), true)), say('import.checked'))}
          >
            {say('import.check')}
          </Button>
          {found !== null ? (
            <Button
              look="primary"
              busy={busy}
              onClick={async () => {
                if (await send(() => ask(source(), false), say('import.done-here'))) onClose();
              }}
            >
              {say('import.do')}
            </Button>
          ) : null}
        </DialogFoot>
      </Stack>
    </Dialog>
  );
}

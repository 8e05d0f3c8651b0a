import type { ReactNode } from 'react';
import { useSay } from '../texts/say.ts';
import { DialogFoot } from './dialog.tsx';
import { Button } from './kit.tsx';
import { ProblemNote } from './problem.tsx';
import type { Work } from './use-work.ts';

interface FormFootProps {
  readonly of: Pick<Work, 'busy' | 'error'>;
  readonly onClose: () => void;
  /** What the button says; "save" if left out. */
  readonly button?: string;
  readonly look?: 'primary' | 'danger';
  readonly disabled?: boolean;
  /** Other buttons, before these. */
  readonly children?: ReactNode;
}

/** The end of a form in a window: what failed, the way out, and the button that sends it. */
export function FormFoot({ of: { busy, error }, onClose, button, look = 'primary', disabled = false, children }: FormFootProps) {
  const say = useSay();
  return (
    <>
      {error ? <ProblemNote error={error} /> : null}
      <DialogFoot>
        {children}
        <Button onClick={onClose}>{say('form.cancel')}</Button>
        <Button type="submit" look={look} busy={busy} disabled={disabled}>
          {button ?? say('form.save')}
        </Button>
      </DialogFoot>
    </>
  );
}

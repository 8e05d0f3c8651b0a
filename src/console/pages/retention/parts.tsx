import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { Dialog } from '../../kit/dialog.tsx';
import { FormFoot } from '../../kit/form-foot.tsx';
import { AreaField, classes, Loading, Tabs } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './retention.module.css';

/** A number with what it counts. */
export function Figure({ value, label, alarm = false }: { readonly value: ReactNode; readonly label: string; readonly alarm?: boolean }) {
  return (
    <div className={classes(styles.figure, alarm && styles.alarm)}>
      <strong>{value}</strong>
      <span>{label}</span>
    </div>
  );
}

export function Figures({ children }: { readonly children: ReactNode }) {
  return <div className={styles.figures}>{children}</div>;
}

/** Pages about the schedule, for whoever has them. */
export function KeepingTabs({ current }: { readonly current: string }) {
  const say = useSay();
  const { has } = useSession();
  const tabs = [
    ...(has('read-schedules')
      ? [
          { href: '/retention', label: say('keeping.tab.in-force') },
          { href: '/retention/schedules', label: say('keeping.tab.versions') },
        ]
      : []),
    ...(has('see-retention') ? [{ href: '/retention/corrections', label: say('keeping.tab.corrections') }] : []),
  ];
  return <Tabs label={say('keeping.title')} tabs={tabs} current={current} />;
}

export function RecordingLink({ id }: { readonly id: string }) {
  const { has } = useSession();
  return has('find-footage') ? <Link href={`/recordings/${encodeURIComponent(id)}`}>{id}</Link> : id;
}

interface AskReasonProps {
  readonly title: string;
  readonly about: string;
  readonly button: string;
  readonly look?: 'primary' | 'danger';
  /** Throws what the station refuses: the window stays, with what was typed. */
  readonly onDone: (reason: string) => Promise<void>;
  readonly onClose: () => void;
  readonly optional?: boolean;
}

/** A window that asks why before something is done. */
export function AskReason({ title, about, button, look = 'primary', onDone, onClose, optional = false }: AskReasonProps) {
  const say = useSay();
  const [reason, setReason] = useState('');
  const work = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.begin(() => onDone(reason.trim()));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className={styles.form}>
        <p>{about}</p>
        <AreaField
          label={say('retention.reason')}
          hint={say('retention.reason.kept')}
          needed={!optional}
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
        <FormFoot of={work} onClose={onClose} button={button} look={look} disabled={!optional && reason.trim() === ''} />
      </form>
    </Dialog>
  );
}

interface AnswerProps<T> {
  readonly of: { readonly data: T | undefined; readonly error: Error | null; refetch(): unknown };
  readonly children: (data: T) => ReactNode;
}

/** What was asked for: on its way, refused, or there. */
export function Answered<T>({ of, children }: AnswerProps<T>) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  return of.error ? <ProblemNote error={of.error} again={() => void of.refetch()} /> : <Loading />;
}

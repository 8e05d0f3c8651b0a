import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { sizeText } from '../../kit/figures.ts';
import { Time } from '../../kit/time.tsx';
import { type Say, useReason, useSay, useWord } from '../../texts/say.ts';
import { DockingState } from './docking-state.tsx';

type Docking = Schemas['Docking'];

/** A column of the log: as the page shows it and as a file has it. */
export interface DockingColumn {
  readonly id: string;
  readonly title: string;
  readonly cell: (docking: Docking) => ReactNode;
  readonly text: (docking: Docking) => string | number | null;
  readonly look?: 'number' | 'wrap';
}

/** Those that are shown unless somebody chose others. */
export const SHOWN = ['arrived', 'state', 'recorder', 'slot', 'files', 'size', 'refused', 'safe', 'problem'] as const;

/** Every column that there is. */
export function useDockingColumns(): readonly DockingColumn[] {
  const say = useSay();
  const word = useWord();
  const { reason } = useReason();
  const time = (id: string, of: (docking: Docking) => string | null): DockingColumn => ({
    ...{ id, title: say(titleOf(id)), text: of },
    cell: (docking) => <Time at={of(docking)} to="second" />,
  });
  const count = (id: string, of: (docking: Docking) => number): DockingColumn => ({
    ...{ id, title: say(titleOf(id)), text: of, cell: of, look: 'number' },
  });
  const trouble = ({ problem }: Docking) => (problem?.reason ? reason(problem.reason) : null);
  return [
    {
      ...{ id: 'arrived', title: say('intake.col.arrived'), text: ({ arrivedAt }) => arrivedAt },
      cell: ({ id, arrivedAt }) => (
        <Link href={`/intake/${id}`}>
          <Time at={arrivedAt} to="second" />
        </Link>
      ),
    },
    {
      ...{ id: 'state', title: say('intake.col.state'), cell: (docking) => <DockingState docking={docking} /> },
      text: (docking) => stateText(docking, say, word),
    },
    {
      ...{ id: 'recorder', title: say('intake.col.recorder'), text: ({ recorderSerial }) => recorderSerial },
      cell: ({ recorderSerial }) => <Link href={`/recorders/${encodeURIComponent(recorderSerial)}`}>{recorderSerial}</Link>,
    },
    count('slot', ({ slot }) => slot),
    count('files', ({ filesListed }) => filesListed),
    count('known', ({ filesKnown }) => filesKnown),
    {
      ...{ id: 'size', title: say('intake.col.size'), look: 'number', text: ({ bytesListed }) => bytesListed },
      cell: ({ bytesListed }) => sizeText(bytesListed),
    },
    count('refused', ({ filesRefused }) => filesRefused),
    time('listed', ({ listedAt }) => listedAt),
    time('unchanged', ({ unchangedAt }) => unchangedAt),
    time('safe', ({ safeAt }) => safeAt),
    time('removed', ({ removedAt }) => removedAt),
    {
      ...{ id: 'clock', title: say('intake.col.clock'), look: 'number', text: ({ clockOffsetMs }) => clockOffsetMs },
      cell: ({ clockOffsetMs }) => (clockOffsetMs === null ? '—' : `${(clockOffsetMs / 1000).toFixed(1)} s`),
    },
    { id: 'driver', title: say('intake.col.driver'), text: ({ driverId }) => driverId, cell: ({ driverId }) => driverId },
    { id: 'problem', title: say('intake.col.problem'), look: 'wrap', text: trouble, cell: (docking) => trouble(docking) ?? '—' },
    { id: 'id', title: say('intake.col.id'), text: ({ id }) => id, cell: ({ id }) => <code>{id}</code> },
  ];
}

function titleOf(id: string) {
  return `intake.col.${id}` as 'intake.col.arrived';
}

function stateText({ state, safeAt }: Docking, say: Say, word: (family: string, code: string | null) => string): string {
  return state === 'removed' && safeAt === null ? say('intake.gone-early') : word('docking-state', state);
}

import { memo, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Rows } from '../client/queries.ts';
import { useSay } from '../texts/say.ts';
import styles from './kit.module.css';
import { Button, classes, Empty, Loading } from './kit.tsx';
import { More } from './more.tsx';
import { ProblemNote } from './problem.tsx';
import { usePrinting } from './use-printing.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly look?: 'number' | 'wrap';
}

interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly set: (ids: ReadonlySet<string>) => void;
  /** What a screen reader calls a row. */
  readonly nameOf: (id: string) => string;
}

interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly list: Rows<Row>;
  readonly idOf: (row: Row) => string;
  readonly empty?: ReactNode;
  readonly selection?: Selection;
  /** Shown while something is selected. */
  readonly bulk?: ReactNode;
  readonly onOpen?: (row: Row) => void;
}

/** Of a longer list only the rows in sight are in the page, and a few before and behind them; the others are blank space of their height. */
const WINDOWED_FROM = 200;
/** A row of a table. On a narrow screen it is a card of another height, which is then measured. */
const ROW_PX = 37;
const OTHER_HEIGHT = 1.25;
const BESIDE_ROWS = 12;
/** Before anything was scrolled: more than any screen shows. */
const FIRST_ROWS = 60;
/** Whoever drags through thousands of rows reads none of them: they are drawn no oftener than this, and the page moves on meanwhile. */
const FAST_MS = 120;

/** A table of a list that comes page by page. On a narrow screen each row is a card. */
export function DataTable<Row>({ label, columns, list, idOf, empty, selection, bulk, onOpen }: DataTableProps<Row>) {
  const say = useSay();
  const wrap = useRef<HTMLElement>(null);
  const [{ first, shown, rowPx }, setWindow] = useState({ first: 0, shown: FIRST_ROWS, rowPx: ROW_PX });
  const drawn = useRef({ atMs: 0, timer: 0 });
  const { rows } = list;
  const draw = () => {
    drawn.current = { atMs: performance.now(), timer: 0 };
    if (!wrap.current) return;
    const { scrollTop, clientHeight } = wrap.current;
    const measured = heightOf(wrap.current.querySelectorAll<HTMLElement>('[data-row]')) ?? rowPx;
    const isOther = Math.max(measured / rowPx, rowPx / measured) > OTHER_HEIGHT;
    const px = isOther ? measured : rowPx;
    const sight = Math.ceil(clientHeight / px) + 2 * BESIDE_ROWS;
    setWindow({ first: Math.max(0, Math.floor(scrollTop / px) - BESIDE_ROWS), shown: sight, rowPx: px });
  };
  const printing = usePrinting();
  const windowed = rows.length > WINDOWED_FROM && !printing;
  // Cards are measured as soon as they stand there, or the first step through them would lead elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: how the rows look changes with these alone
  useLayoutEffect(() => {
    if (windowed) draw();
  }, [windowed, columns.length]);
  if (list.error && rows.length === 0) return <ProblemNote error={list.error} again={list.again} />;
  if (list.loading) return <Loading />;
  if (rows.length === 0) return <>{empty ?? <Empty />}</>;
  const from = windowed ? Math.min(first, rows.length - 1) : 0;
  const to = windowed ? Math.min(rows.length, from + shown) : rows.length;
  const span = columns.length + (selection ? 1 : 0);
  const allIds = selection ? rows.map(idOf) : [];
  const all = selection !== undefined && allIds.every((id) => selection.ids.has(id));
  const pick = (id: string, on: boolean) => {
    if (!selection) return;
    const next = new Set(selection.ids);
    if (on) next.add(id);
    else next.delete(id);
    selection.set(next);
  };
  const scrolled = () => {
    const top = Math.floor((wrap.current?.scrollTop ?? 0) / rowPx);
    const moved = Math.abs(top - BESIDE_ROWS - from);
    if (moved < BESIDE_ROWS / 2 || drawn.current.timer !== 0) return;
    const restMs = moved < shown ? 0 : drawn.current.atMs + FAST_MS - performance.now();
    if (restMs <= 0) draw();
    else drawn.current.timer = window.setTimeout(draw, restMs);
  };
  return (
    <>
      <section
        ref={wrap}
        className={styles.tableWrap}
        style={windowed ? { maxHeight: '70vh' } : undefined}
        // A keyboard scrolls what does not fit (axe: scrollable-region-focusable).
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the region scrolls
        tabIndex={0}
        aria-label={label}
        onScroll={windowed ? scrolled : undefined}
      >
        <table className={classes(styles.table, styles.cards)} aria-rowcount={windowed ? rows.length : undefined}>
          <thead>
            <tr>
              {selection ? (
                <th scope="col">
                  <input
                    type="checkbox"
                    aria-label={say('list.select-all')}
                    checked={all}
                    onChange={(event) => selection.set(event.target.checked ? new Set(allIds) : new Set())}
                  />
                </th>
              ) : null}
              {columns.map(({ id, title, look }) => (
                <th key={id} scope="col" className={look === 'number' ? styles.number : undefined}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {from > 0 ? (
              <tr style={{ height: from * rowPx }}>
                <td colSpan={span} />
              </tr>
            ) : null}
            {rows.slice(from, to).map((row) => {
              const id = idOf(row);
              const selected = selection?.ids.has(id) ?? false;
              return (
                <tr
                  key={id}
                  data-row
                  aria-selected={selection ? selected : undefined}
                  onDoubleClick={onOpen ? () => onOpen(row) : undefined}
                >
                  {selection ? (
                    <td>
                      <input
                        type="checkbox"
                        aria-label={say('list.select', { name: selection.nameOf(id) })}
                        checked={selected}
                        onChange={(event) => pick(id, event.target.checked)}
                      />
                    </td>
                  ) : null}
                  <Cells row={row} columns={columns} />
                </tr>
              );
            })}
            {to < rows.length ? (
              <tr style={{ height: (rows.length - to) * rowPx }}>
                <td colSpan={span} />
              </tr>
            ) : null}
          </tbody>
        </table>
      </section>
      {list.error ? <ProblemNote error={list.error} again={list.again} /> : null}
      <div className={styles.tableFoot}>
        <span>{say(list.hasMore ? 'list.count-more' : 'list.count', { count: rows.length })}</span>
        <More list={list} />
      </div>
      {selection && selection.ids.size > 0 ? (
        <div className={styles.bulk} role="toolbar" aria-label={say('list.selected', { count: selection.ids.size })}>
          <strong>{say('list.selected', { count: selection.ids.size })}</strong>
          {bulk}
          <Button look="quiet" onClick={() => selection.set(new Set())}>
            {say('list.clear')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
}

/** Rows that stay in sight while others come are not drawn anew. */
const Cells = memo(function Cells<Row>({ row, columns }: CellsProps<Row>) {
  return columns.map(({ id, title, cell, look }) => (
    <td key={id} data-label={title} className={look ? styles[look] : undefined}>
      {cell(row)}
    </td>
  ));
}) as <Row>(props: CellsProps<Row>) => ReactNode;

/** The mean height of rows that are in the page. */
function heightOf(rows: NodeListOf<HTMLElement>): number | null {
  const [first, last] = [rows[0]?.getBoundingClientRect(), rows[rows.length - 1]?.getBoundingClientRect()];
  return first && last ? (last.bottom - first.top) / rows.length : null;
}

import { type ReactNode, useRef, useState } from 'react';
import type { Rows } from '../client/queries.ts';
import { useSay } from '../texts/say.ts';
import styles from './kit.module.css';
import { Button, classes, Empty, Loading } from './kit.tsx';
import { More } from './more.tsx';
import { ProblemNote } from './problem.tsx';

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

/** So many rows are in the page at once; the others are blank space of their height. */
const WINDOW_ROWS = 80;
const WINDOWED_FROM = 200;
const ROW_PX = 37;

/** A table of a list that comes page by page. On a narrow screen each row is a card. */
export function DataTable<Row>({ label, columns, list, idOf, empty, selection, bulk, onOpen }: DataTableProps<Row>) {
  const say = useSay();
  const wrap = useRef<HTMLElement>(null);
  const [first, setFirst] = useState(0);
  const { rows } = list;
  if (list.error && rows.length === 0) return <ProblemNote error={list.error} again={list.again} />;
  if (list.loading) return <Loading />;
  if (rows.length === 0) return <>{empty ?? <Empty />}</>;
  const windowed = rows.length > WINDOWED_FROM;
  const from = windowed ? Math.min(first, rows.length - 1) : 0;
  const to = windowed ? Math.min(rows.length, from + WINDOW_ROWS) : rows.length;
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
        onScroll={() => {
          const at = Math.max(0, Math.floor((wrap.current?.scrollTop ?? 0) / ROW_PX) - 20);
          if (windowed && Math.abs(at - from) > 10) setFirst(at);
        }}
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
              <tr style={{ height: from * ROW_PX }}>
                <td colSpan={span} />
              </tr>
            ) : null}
            {rows.slice(from, to).map((row) => {
              const id = idOf(row);
              const selected = selection?.ids.has(id) ?? false;
              return (
                <tr key={id} aria-selected={selection ? selected : undefined} onDoubleClick={onOpen ? () => onOpen(row) : undefined}>
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
                  {columns.map(({ id: column, title, cell, look }) => (
                    <td key={column} data-label={title} className={look ? styles[look] : undefined}>
                      {cell(row)}
                    </td>
                  ))}
                </tr>
              );
            })}
            {to < rows.length ? (
              <tr style={{ height: (rows.length - to) * ROW_PX }}>
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

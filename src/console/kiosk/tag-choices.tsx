/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { Schemas } from '../client/api.ts';
import { language, useSay, useStore, whyText } from './texts.ts';
import styles from './visit.module.css';
import { categoryText, type OwnRecording } from './visitor.ts';

type Category = NonNullable<Schemas['OwnTagsBody']['category']>;

/** What is to be said of the chosen recordings; null: nothing of that. */
export interface Tags {
  readonly case: string | null;
  readonly category: Category | null;
  readonly important: true | null;
  readonly remark: string | null;
}

const CATEGORIES: readonly Category[] = ['inspection', 'penalty', 'coercion', 'permit', 'levy', 'fee', 'other'];
const REMARKS = ['complaint', 'injury', 'evidence', 'minor'] as const;
const REMARK_MAX = 200;
const CASES_MAX = 3;

interface TagChoicesProps {
  readonly recordings: readonly OwnRecording[];
  /** Recordings whose suggestions are offered. */
  readonly among: ReadonlySet<string>;
  readonly chosen: ReadonlySet<string>;
  readonly tags: Tags;
  readonly onChange: (tags: Tags) => void;
  readonly onSave: () => void;
  readonly busy: boolean;
}

/** Large keys for what a recording may be tagged with. A second touch takes a choice back. */
export function TagChoices({ recordings, among, chosen, tags, onChange, onSave, busy }: TagChoicesProps) {
  const say = useSay();
  const of = useStore(language);
  const suggested = casesFor(recordings, among);
  const [writes, setWrites] = useState(false);
  const isReady = chosen.size > 0 && Object.values(tags).some((value) => value !== null);
  return (
    <div class={styles.choices}>
      <fieldset>
        <legend>{say('kiosk.tag.case')}</legend>
        {suggested.length === 0 && <p>{say('kiosk.tag.case.none')}</p>}
        {suggested.map(({ number, title, reason, count }) => (
          <button
            key={number}
            type="button"
            class={styles.case}
            aria-pressed={tags.case === number}
            onClick={() => onChange({ ...tags, case: tags.case === number ? null : number })}
          >
            <strong>
              {number}
              <small>{say('kiosk.tag.matches', { count })}</small>
            </strong>
            {title !== null && <span>{title}</span>}
            <small>{whyText(of, reason)}</small>
          </button>
        ))}
      </fieldset>
      <fieldset class={styles.keys}>
        <legend>{say('kiosk.tag.category')}</legend>
        {CATEGORIES.map((category) => (
          <button
            key={category}
            type="button"
            aria-pressed={tags.category === category}
            onClick={() => onChange({ ...tags, category: tags.category === category ? null : category })}
          >
            {categoryText(category, say)}
          </button>
        ))}
        <button
          type="button"
          data-kind="important"
          title={say('kiosk.tag.important.about')}
          aria-pressed={tags.important === true}
          onClick={() => onChange({ ...tags, important: tags.important === null ? true : null })}
        >
          {say('kiosk.tag.important')}
        </button>
      </fieldset>
      <fieldset class={styles.keys}>
        <legend>{say('kiosk.tag.remark')}</legend>
        {REMARKS.map((name) => {
          const text = say(`kiosk.tag.remark.${name}`);
          return (
            <button
              key={name}
              type="button"
              aria-pressed={tags.remark === text}
              onClick={() => onChange({ ...tags, remark: tags.remark === text ? null : text })}
            >
              {text}
            </button>
          );
        })}
        <button type="button" aria-pressed={writes} onClick={() => setWrites(!writes)}>
          {say('kiosk.tag.remark.own')}
        </button>
        {writes && (
          <input
            value={tags.remark ?? ''}
            maxLength={REMARK_MAX}
            aria-label={say('kiosk.tag.remark')}
            autocomplete="off"
            autofocus
            onInput={({ currentTarget }) => onChange({ ...tags, remark: currentTarget.value.trim() === '' ? null : currentTarget.value })}
          />
        )}
      </fieldset>
      <button type="button" class={styles.save} disabled={!isReady || busy} onClick={onSave}>
        {isReady ? `${say('kiosk.tag.save')} · ${say('kiosk.tag.chosen', { count: chosen.size })}` : say('kiosk.tag.choose')}
      </button>
    </div>
  );
}

interface SuggestedCase {
  readonly number: string;
  readonly title: string | null;
  readonly reason: OwnRecording['suggestions'][number]['reason'];
  /** Chosen recordings for which it is suggested. */
  readonly count: number;
}

/** Cases that are suggested for these recordings, those for most of them first. */
function casesFor(recordings: readonly OwnRecording[], among: ReadonlySet<string>): readonly SuggestedCase[] {
  const found = new Map<string, SuggestedCase>();
  for (const { id, suggestions } of recordings) {
    if (!among.has(id)) continue;
    for (const { case: number, title, reason } of suggestions)
      found.set(number, { number, title, reason, count: (found.get(number)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, CASES_MAX);
}

/** @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import type { Schemas } from '../client/api.ts';
import { lengthText } from '../kit/figures.ts';
import { TagChoices, type Tags } from './tag-choices.tsx';
import { useSay } from './texts.ts';
import styles from './visit.module.css';
import { categoryText, type OwnRecording } from './visitor.ts';

interface TagPanelProps {
  readonly recordings: readonly OwnRecording[];
  readonly onTag: (body: Schemas['OwnTagsBody']) => Promise<void>;
}

const NO_TAGS: Tags = { case: null, category: null, important: null, remark: null };
const isUntagged = ({ cases, category }: OwnRecording) => cases.length === 0 && category === null;

/**
 * The day's recordings, and what they can be tagged with. What has no tag yet is chosen from the beginning, so that three touches do for a day: the case, the category,
 * save.
 */
export function TagPanel({ recordings, onTag }: TagPanelProps) {
  const say = useSay();
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  const [tags, setTags] = useState<Tags>(NO_TAGS);
  const [busy, setBusy] = useState(false);
  const untagged = useMemo(() => new Set(recordings.filter(isUntagged).map(({ id }) => id)), [recordings]);
  // A case is for those for which it is suggested, unless the officer has chosen otherwise.
  const fitting = useMemo(
    () =>
      new Set(
        recordings
          .filter((each) => untagged.has(each.id) && (tags.case === null || each.suggestions.some((one) => one.case === tags.case)))
          .map(({ id }) => id),
      ),
    [recordings, untagged, tags.case],
  );
  const chosen = picked ?? fitting;
  if (recordings.length === 0)
    return (
      <section class={styles.none}>
        <h2>{say('kiosk.tag.none')}</h2>
        <p>{say('kiosk.tag.none.about')}</p>
      </section>
    );
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  const save = async () => {
    setBusy(true);
    await onTag({
      recordings: [...chosen],
      ...(tags.case === null ? {} : { case: tags.case }),
      ...(tags.category === null ? {} : { category: tags.category }),
      ...(tags.important === null ? {} : { important: tags.important }),
      ...(tags.remark === null ? {} : { remark: tags.remark }),
    });
    setTags(NO_TAGS);
    setPicked(null);
    setBusy(false);
  };
  return (
    <section class={styles.tagging}>
      <div class={styles.recordings}>
        <header>
          <h2>{say('kiosk.tag.title')}</h2>
          <span>{say('kiosk.tag.chosen', { count: chosen.size })}</span>
          <button type="button" onClick={() => setPicked(new Set(recordings.map(({ id }) => id)))}>
            {say('kiosk.tag.all')}
          </button>
          <button type="button" onClick={() => setPicked(new Set())}>
            {say('kiosk.tag.nothing')}
          </button>
          <button type="button" onClick={() => setPicked(null)}>
            {say('kiosk.tag.untagged')}
          </button>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys as well */}
        <ul tabIndex={0} aria-label={say('kiosk.tag.title')}>
          {recordings.map((recording) => (
            <Row key={recording.id} recording={recording} isChosen={chosen.has(recording.id)} onToggle={toggle} />
          ))}
        </ul>
      </div>
      <TagChoices
        recordings={recordings}
        among={picked ?? untagged}
        chosen={chosen}
        tags={tags}
        onChange={setTags}
        onSave={save}
        busy={busy}
      />
    </section>
  );
}

interface RowProps {
  readonly recording: OwnRecording;
  readonly isChosen: boolean;
  readonly onToggle: (id: string) => void;
}

function Row({ recording, isChosen, onToggle }: RowProps) {
  const say = useSay();
  const { id, kind, start, createdAt, durationMs, category, important, cases } = recording;
  return (
    <li>
      <label class={styles.row}>
        <input type="checkbox" checked={isChosen} onChange={() => onToggle(id)} />
        <span class={styles.time}>{(start ?? createdAt).slice(11, 16)}</span>
        <span class={styles.what}>
          {say(`kiosk.kind.${kind as 'video'}`)}
          {durationMs !== null && ` · ${lengthText(durationMs)}`}
          <small>{(start ?? createdAt).slice(0, 10)}</small>
        </span>
        <span class={styles.tags}>
          {important && <span data-kind="important">{say('kiosk.tag.important')}</span>}
          {category !== null && <span>{categoryText(category, say)}</span>}
          {cases.map((number) => (
            <span key={number}>{number}</span>
          ))}
        </span>
      </label>
    </li>
  );
}

import { Badge, Facts } from '../../kit/kit.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import styles from './retention.module.css';
import { type Rule, useJoin, useMatch, useTerm } from './words.ts';

/** One rule of a schedule in words. */
export function RuleCard({ rule }: { readonly rule: Rule }) {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const [term, matched, join] = [useTerm(), useMatch(), useJoin()];
  const { id, title, match, start, minimum, maximum, action, lock, source, counts } = rule;
  const conditions = matched(match);
  const tone = source.status === 'missing' ? 'warn' : source.status === 'found' ? 'good' : 'info';
  const origin = join([source.title, ...(source.article === null ? [] : [source.article]), say('rule.checked', { day: source.checked })]);
  return (
    <article id={`rule-${id}`} className={`${styles.rule} ${counts ? '' : styles.aside}`}>
      <div className={styles.ruleHead}>
        <h3>{title[language]}</h3>
        <Badge tone={tone}>{say(`rule.source.${source.status}`)}</Badge>
        {counts ? null : <Badge>{say('rule.elsewhere')}</Badge>}
        <code>{id}</code>
      </div>
      {source.status === 'missing' ? <p>{say('rule.missing.about')}</p> : null}
      <Facts
        rows={[
          [say('rule.match'), conditions.length === 0 ? say('match.all') : conditions.join(say('match.and'))],
          source.status === 'missing'
            ? null
            : [
                say('rule.term'),
                minimum === 'permanent' || start === 'never'
                  ? say('rule.for-good')
                  : say('rule.from', { start: word('retention-start', start), term: term(minimum) }),
              ],
          maximum === null ? null : [say('retention.check.column.maximum'), term(maximum)],
          [say('retention.check.column.end'), word('rule.end', action)],
          [
            say('rule.lock'),
            lock.mode === 'none'
              ? say('rule.lock.none')
              : say(lock.hold ? 'rule.lock.held' : 'rule.lock.mode', { mode: lock.mode.toUpperCase(), days: lock.horizonDays }),
          ],
          [
            say('retention.check.column.source'),
            <span key="source" data-untranslated>
              {origin}
            </span>,
          ],
        ]}
      />
    </article>
  );
}

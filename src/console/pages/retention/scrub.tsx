import type { Schemas } from '../../client/api.ts';
import { useAsk } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { sizeText } from '../../kit/figures.ts';
import { Badge, Button, Facts, Panel } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { Answered } from './parts.tsx';
import styles from './retention.module.css';

type Place = Schemas['Scrub']['places'][number];

/** How the reading again of everything that is kept stands, place by place, and orders to it. */
export function ScrubPanel() {
  const say = useSay();
  const scrub = useAsk('GET /api/v1/scrub', {}, { topics: ['scrubs', 'archive'] });
  return (
    <Panel title={say('storage.scrub')}>
      <p className={styles.muted}>{say('storage.scrub.about')}</p>
      <Answered of={scrub}>
        {({ on, places }) => (
          <>
            {on ? null : <p>{say('scrub.off')}</p>}
            <div className={styles.figures}>
              {places.map((place) => (
                <OnePlace key={place.place} place={place} />
              ))}
            </div>
          </>
        )}
      </Answered>
    </Panel>
  );
}

function OnePlace({ place: of }: { readonly place: Place }) {
  const say = useSay();
  const word = useWord();
  const tell = useToast();
  const { has } = useSession();
  const work = useWork();
  const { place, faults, overdue, paused, haltedAt, keepsPeriod } = of;
  const order = (wanted: Schemas['ScrubOrderBody']['order']) =>
    void work.begin(async () => {
      await ask('POST /api/v1/scrub/orders', { body: { place, order: wanted } });
      tell(say('storage.ordered'));
    });
  return (
    <section className={styles.figure}>
      <div className={styles.row}>
        <h3>{word('place', place)}</h3>
        {faults > 0 ? <Badge tone="bad">{say('storage.faults', { count: faults })}</Badge> : null}
        {overdue > 0 ? <Badge tone="warn">{say('storage.overdue', { count: overdue })}</Badge> : null}
        {paused ? <Badge tone="info">{say('storage.paused')}</Badge> : null}
        {faults === 0 && overdue === 0 && haltedAt === null ? <Badge tone="good">{say('storage.sound')}</Badge> : null}
      </div>
      {haltedAt === null ? null : (
        <p>
          <Badge tone="bad">{say('storage.halted')}</Badge> <Time at={haltedAt} />
        </p>
      )}
      {keepsPeriod ? null : <p>{say('storage.too-slow', { days: of.roundDays })}</p>}
      <Facts
        rows={[
          [say('storage.items'), say('storage.files', { count: of.items, size: sizeText(of.bytes) })],
          [say('storage.period'), say('term.days', { count: of.periodDays })],
          [say('storage.round'), say('term.days', { count: of.roundDays })],
          [say('storage.oldest'), <Time key="oldest" at={of.oldestCheckAt} />],
        ]}
      />
      {has('verify') ? (
        <div className={styles.row}>
          <Button busy={work.busy} onClick={() => order('run')}>
            {say('storage.order.run')}
          </Button>
          <Button busy={work.busy} onClick={() => order(paused ? 'resume' : 'pause')}>
            {say(paused ? 'storage.order.resume' : 'storage.order.pause')}
          </Button>
          {haltedAt === null ? null : (
            <Button look="danger" busy={work.busy} onClick={() => order('confirm')}>
              {say('storage.order.confirm')}
            </Button>
          )}
        </div>
      ) : null}
      {work.error ? <ProblemNote error={work.error} /> : null}
    </section>
  );
}

import { PageQuery, pageOf } from '#api/common';
import { ReviewBody, SampleBody, SampleDetailJson, SampleJson, SampleLookParams, SampleParams, SampleQuery } from '#api/reports';
import type { DeskDeps } from '#desk/deps';
import { drawSample, isDrawnAgain, listSamples, lookOf, reviewLook, type Sample, sampleOf } from '#desk/reports/samples';
import { actorText } from '#domain/custody/actor';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { monthSpan } from '#domain/reports/calendar';
import type { Verdict } from '#domain/reports/sample';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { viewerOf } from '#serve/principal';
import { Created, command, query, type Route } from '#serve/route';

export const sampleRoutes: readonly Route[] = [
  query({
    url: '/api/v1/samples',
    needs: 'read-audit',
    reads: 'station',
    summary: 'Random samples of looks that people review, newest first',
    schema: { querystring: PageQuery, response: pageOf(SampleJson) },
    handle: ({ deps }, { query }) =>
      page({
        list: 'samples',
        query,
        read: async ({ limit, after }) => {
          const seq = after === undefined ? undefined : Number(after);
          if (seq !== undefined && !Number.isSafeInteger(seq)) throw wrongCursor();
          return (await listSamples(deps.ledger, { limit, ...(seq === undefined ? {} : { after: seq }) })).samples;
        },
        keyOf: ({ entry }) => String(entry),
        show: (sample) => presentSample(sample, new Presenter(deps.facts.timezone)),
      }),
  }),
  query({
    url: '/api/v1/samples/:id',
    needs: 'read-audit',
    reads: 'station',
    summary: 'The looks of a sample, and how they were reviewed',
    schema: { params: SampleParams, querystring: SampleQuery, response: SampleDetailJson },
    handle: async ({ deps }, { params, query }) => {
      const sample = await sampleOf(deps.ledger, params.id);
      const agrees = query.check ? await isDrawnAgain(deps.ledger, sample, spanOf(sample.month, deps)) : null;
      return detailOf(deps, sample, agrees);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/samples',
    needs: 'read-audit',
    reads: 'station',
    summary: 'Draws the sample of a month that is over',
    custody: ['sample.drawn'],
    creates: 'always',
    schema: { body: SampleBody, response: SampleDetailJson },
    handle: async ({ deps }, { body, actor }) => {
      const span = spanOf(body.month, deps);
      const sample = await drawSample(deps, { span, size: body.size ?? deps.facts.audit.sampleSize, actor });
      return new Created(`/api/v1/samples/${sample.id}`, await detailOf(deps, sample, null));
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/samples/:id/looks/:look/review',
    needs: 'read-audit',
    reads: 'station',
    summary: 'Puts on record what a review of one look of a sample found; nobody reviews an own look, and each is reviewed once',
    custody: ['sample.reviewed'],
    schema: { params: SampleLookParams, body: ReviewBody },
    handle: async ({ deps }, { params, body, actor, principal }) => {
      const { user } = viewerOf(principal);
      await reviewLook(deps, {
        sample: params.id,
        look: params.look,
        verdict: body.verdict as Verdict,
        words: body.words ?? null,
        actor,
        user,
      });
    },
  }),
];

function spanOf(month: string, { facts }: Pick<DeskDeps, 'facts'>) {
  const found = monthSpan(month, facts.timezone);
  if (!found) throw new EvidockError('request.invalid', because('no-month', { month }));
  return found.span;
}

function presentSample({ id, month, size, population, looks, drawnAtMs, by }: Sample, presenter: Presenter) {
  const reviewed = [...looks.values()].filter((review) => review !== null).length;
  return { id, month, size, population, reviewed, drawnAt: presenter.time(drawnAtMs), by: actorText(by) };
}

async function detailOf({ ledger, facts }: Pick<DeskDeps, 'ledger' | 'facts'>, sample: Sample, agrees: boolean | null) {
  const presenter = new Presenter(facts.timezone);
  const looks = [];
  for (const [look, review] of sample.looks) {
    const line = await lookOf(ledger, look);
    looks.push({
      look,
      recording: line?.what.recording ?? null,
      case: line?.what.case ?? null,
      who: line?.who.person ?? line?.who.actor ?? null,
      reason: line?.why.reason ?? null,
      at: line ? presenter.time(line.atMs) : null,
      review: review && { verdict: review.verdict, words: review.words, by: actorText(review.by), at: presenter.time(review.atMs) },
    });
  }
  return { ...presentSample(sample, presenter), seed: sample.seed, head: sample.head, agrees, looks };
}

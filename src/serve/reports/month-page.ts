import { createHash } from 'node:crypto';
import type { MonthReport, Watched } from '#desk/reports/month';
import { type List, MONTHS_BEFORE, ROWS_MAX, UNUSUAL_MIN, VIEWERS_MIN } from '#domain/reports/month';
import { hasText, type Language, type Say, speaker, type TextKey } from '#messages/language';
import type { Presenter } from '#serve/present';
import { Html, html } from './html.ts';

const STYLE =
  'body{font:14px/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c1c1c;background:#fff}' +
  'table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:left;overflow-wrap:anywhere}' +
  'th{white-space:nowrap}td.n,th.n{text-align:right}.how{color:#555;font-size:12px}@media print{body{margin:0;max-width:none}h2{break-after:avoid}}';

/** What a browser lets this page do: show itself with its own style, and nothing else. */
export const PAGE_RULES = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

interface Shown {
  readonly language: Language;
  readonly presenter: Presenter;
  readonly hours: string;
  readonly station: { readonly id: string; readonly name: string };
  readonly who: string;
  readonly nowMs: number;
}

/** The month as one HTML file, without anything from elsewhere. */
export function monthPage(report: MonthReport, shown: Shown): string {
  const { language, presenter, hours, station, who, nowMs } = shown;
  const say = speaker(language);
  const { span, figures, head } = report;
  const title = say('month.title', { month: span.month });
  const made = say('report.made', {
    ...{ at: presenter.time(nowMs), utc: new Date(nowMs).toISOString(), who, station: station.id, name: station.name },
  });
  const entries = figures.span === null ? null : say('month.log', { ...figures.span, hash: head?.hash ?? '—' });
  const page = new Page(say, presenter);
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${new Html(STYLE)}</style></head><body>
<h1>${title}</h1><p>${made}</p>${entries === null ? null : html`<p class="how">${entries}</p>`}
${page.pairs([
  ['month.total', figures.looks],
  ['month.people', figures.people().length],
  ['month.recordings', figures.recordings().length],
])}
${page.counts('month.by-reason', 'month.column.reason', figures.by('reason'), (reason) => reason)}
${page.counts('month.by-unit', 'month.column.unit', figures.by('unit'), (unit) => report.units.get(unit) ?? unit)}
${page.list(say('month.outside-hours', { hours }), figures.list('outside'))}
${page.list(say('month.without-case'), figures.list('withoutCase'))}
${page.urgent(report)}
${page.list(say('month.refused'), figures.list('refused'))}
${page.list(say('month.socket'), figures.list('socket'))}
${page.volume(report)}
${page.watched(report.watched)}
${page.grants(report)}
</body></html>
`.text;
}

/** Parts of the page in one language. */
class Page {
  readonly #say: Say;
  readonly #presenter: Presenter;

  constructor(say: Say, presenter: Presenter) {
    this.#say = say;
    this.#presenter = presenter;
  }

  pairs(rows: readonly (readonly [TextKey, number])[]): Html {
    return html`<table>${rows.map(([key, value]) => html`<tr><th>${this.#say(key)}</th><td class="n">${value}</td></tr>`)}</table>`;
  }

  counts(title: TextKey, column: TextKey, rows: readonly (readonly [string, number])[], nameOf: (key: string) => string): Html {
    const cells = rows.map(([key, looks]) => [key === '' ? this.#say('month.unknown') : nameOf(key), looks] as const);
    return this.#section(this.#say(title), [column, 'month.column.looks'], cells);
  }

  list(title: string, { first, count }: List): Html {
    const cells = first.map(({ atMs, person, recording, action, rule, times, seq }) => [
      ...[this.#presenter.time(atMs), person, recording ?? '', [action, rule].filter((part) => part !== null).join(' · ')],
      ...[times, seq],
    ]);
    const columns: readonly TextKey[] = [
      ...(['month.column.at', 'month.column.person', 'month.column.recording', 'month.column.action'] as const),
      ...(['month.column.times', 'month.column.entry'] as const),
    ];
    return this.#section(`${title}: ${count}`, columns, cells, count - first.reduce((sum, { times }) => sum + times, 0));
  }

  urgent({ unconfirmed }: MonthReport): Html {
    const cells = unconfirmed.map(({ id, asker, askedAtMs, purpose }) => [this.#presenter.time(askedAtMs), asker.id, id, purpose]);
    const columns: readonly TextKey[] = ['month.column.at', 'month.column.person', 'month.column.entry', 'month.column.reason'];
    return this.#section(`${this.#say('month.urgent')}: ${unconfirmed.length}`, columns, cells);
  }

  volume({ unusual }: MonthReport): Html {
    const cells = unusual.map(({ person, name, role, looks, limit }) => [person, name ?? '', this.#role(role), looks, limit.toFixed(1)]);
    const columns: readonly TextKey[] = [
      ...(['month.column.person', 'month.column.name', 'month.column.role', 'month.column.looks', 'month.column.usual'] as const),
    ];
    const how = this.#say('month.volume.how', { months: MONTHS_BEFORE, least: UNUSUAL_MIN });
    return this.#section(`${this.#say('month.volume')}: ${unusual.length}`, columns, cells, 0, how);
  }

  watched({ first, count }: { readonly first: readonly Watched[]; readonly count: number }): Html {
    const cells = first.map(({ recording, viewers, outside, looks }) => [recording, viewers, outside, looks]);
    const columns: readonly TextKey[] = ['month.column.recording', 'month.column.viewers', 'month.column.outside', 'month.column.looks'];
    const how = this.#say('month.viewers.how', { least: VIEWERS_MIN, rows: ROWS_MAX });
    return this.#section(`${this.#say('month.viewers')}: ${count}`, columns, cells, count - first.length, how);
  }

  grants({ grants }: MonthReport): Html {
    const cells = grants.map(({ id, user, fromMs }) => [id, user.id, this.#presenter.time(fromMs)]);
    const columns: readonly TextKey[] = ['month.column.grant', 'month.column.person', 'month.column.at'];
    return this.#section(`${this.#say('month.grants')}: ${grants.length}`, columns, cells, 0, this.#say('month.grants.how'));
  }

  #role(role: string): string {
    const key = `role.${role}`;
    return hasText(key) ? this.#say(key) : role;
  }

  #section(title: string, columns: readonly TextKey[], rows: readonly (readonly (string | number)[])[], more = 0, how = ''): Html {
    const head = html`<tr>${columns.map((column) => html`<th>${this.#say(column)}</th>`)}</tr>`;
    const body = rows.map(
      (cells) =>
        html`<tr>${cells.map((cell) => (typeof cell === 'number' ? html`<td class="n">${cell}</td>` : html`<td>${cell}</td>`))}</tr>`,
    );
    const table = rows.length === 0 ? html`<p>${this.#say('month.none')}</p>` : html`<table>${[head, ...body]}</table>`;
    const rest = more > 0 ? html`<p>${this.#say('month.more', { count: more })}</p>` : null;
    return html`<section><h2>${title}</h2>${how === '' ? null : html`<p class="how">${how}</p>`}${table}${rest}</section>`;
  }
}

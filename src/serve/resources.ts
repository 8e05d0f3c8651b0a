import type { Static } from 'typebox';
import type { HoldingParams } from '#api/holdings';
import type { RecordingParams } from '#api/recordings';
import type { CaseParams, OfficerParams, RecorderParams } from '#api/registry';
import { mustHaveHolding } from '#desk/holdings';
import { pathOfUnit } from '#desk/people/find-unit';
import { standingOf } from '#desk/standing';
import { caseNotFound, mustHaveRecorder, mustHaveRecording } from '#desk/tagging';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Officer } from '#domain/registry';
import type { LedgerReader } from '#ports/ledger';
import { Presenter } from './present.ts';
import type { Resource } from './route.ts';

/*
 * The resources at the URLs of what people change. GET shows them, a change answers with them, and `If-Match` is judged by them. One function serves all three,
 * so that they never differ.
 */

export const recordingAt: Resource<Static<typeof RecordingParams>> = async (ledger, { facts }, { id }) => {
  const detail = await mustHaveRecording(ledger, id);
  return new Presenter(facts.timezone).recording(detail, await standingOf(ledger, [detail]));
};

export const caseAt: Resource<Static<typeof CaseParams>> = async (ledger, { facts }, { number }) => {
  const entry = await ledger.cases.get(number);
  if (!entry) throw caseNotFound(number);
  return new Presenter(facts.timezone).case(entry);
};

export const officerAt: Resource<Static<typeof OfficerParams>> = async (ledger, _deps, { id }) => {
  const officer = await ledger.registry.officer(id);
  if (!officer) throw new EvidockError('request.not-found', because('officer-unknown', { officer: id }));
  return officerShown(ledger)(officer);
};

/** Shows officers, each with the path of their unit; a path is read once for an answer. */
export function officerShown(ledger: LedgerReader): (officer: Officer) => Promise<Officer & { readonly unitPath: string | null }> {
  const paths = new Map<string, Promise<string>>();
  return async (officer) => {
    if (officer.unit === null) return { ...officer, unitPath: null };
    const path = paths.get(officer.unit) ?? pathOfUnit(ledger, officer.unit);
    paths.set(officer.unit, path);
    return { ...officer, unitPath: (await path) || null };
  };
}

export const recorderAt: Resource<Static<typeof RecorderParams>> = async (ledger, { facts }, { serial }) => {
  const recorder = await mustHaveRecorder(ledger, serial);
  return new Presenter(facts.timezone).recorder(recorder, (await ledger.registry.openHoldings([serial])).get(serial));
};

export const holdingAt: Resource<Static<typeof HoldingParams>> = async (ledger, { facts }, { serial, id }) =>
  new Presenter(facts.timezone).holding(await mustHaveHolding(ledger, serial, id));

import type { Static } from 'typebox';
import type { HoldingParams } from '#api/holdings';
import type { RecordingParams } from '#api/recordings';
import type { CaseParams, OfficerParams, RecorderParams } from '#api/registry';
import { mustHaveHolding } from '#desk/holdings';
import { standingOf } from '#desk/standing';
import { caseNotFound, mustHaveRecorder, mustHaveRecording } from '#desk/tagging';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
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
  return officer;
};

export const recorderAt: Resource<Static<typeof RecorderParams>> = async (ledger, { facts }, { serial }) => {
  const recorder = await mustHaveRecorder(ledger, serial);
  return new Presenter(facts.timezone).recorder(recorder, (await ledger.registry.openHoldings([serial])).get(serial));
};

export const holdingAt: Resource<Static<typeof HoldingParams>> = async (ledger, { facts }, { serial, id }) =>
  new Presenter(facts.timezone).holding(await mustHaveHolding(ledger, serial, id));

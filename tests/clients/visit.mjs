/** One visit of a shop's page to the API: stdin says where and with which tokens, stdout what the page was told. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

import { createApiClient } from './api_client.mjs';
import { pageAt } from './page.mjs';

const MERGED_WITHIN_MS = 90_000;
const TOO_LARGE = 10 * 2 ** 20 + 1;

const given = JSON.parse(await text(process.stdin));
const wire = [];
const told = {};

/** Write down what came of an attempt, and what went over the wire for it. */
async function attempt(name, act) {
  wire.length = 0;
  const came = await act().then((value) => ({ value: value ?? null }), (failure) => ({ failure: described(failure) }));
  told[name] = { ...came, wire: [...wire] };
  return came.value;
}

function described({ message, code, reason, status, headers, error, requestId }) {
  return { message, code, reason, status, headers, error, requestId };
}

function pageWith(token, { origin = given.origin, ...config } = {}) {
  return createApiClient({ baseURL: given.api, token, adapter: pageAt(origin, wire), ...config });
}

async function merged(batchId) {
  const deadline = Date.now() + MERGED_WITHIN_MS;
  for (;;) {
    const status = await page.batchStatus(batchId);
    if (status.status !== 'processing' || Date.now() > deadline) return status;
    await pause(100);
  }
}

async function whole({ apiClient }, path) {
  const { status, headers, data } = await apiClient.get(path);
  return { status, headers, data };
}

async function sentTwice({ apiClient }, request) {
  const named = { headers: { 'Idempotency-Key': randomUUID() } };
  const send = () => apiClient.post('/ingest/batch', request, named);
  const answers = [await send(), await send()];
  return answers.map(({ headers, data }) => ({ id: data.data.batch_id, replayed: headers['idempotency-replayed'] }));
}

const page = pageWith(given.token);
const { batch, record, metrics } = given;

const accepted = await attempt('batch', () => page.ingestBatchData(batch));
await attempt('merged', () => merged(accepted.batch_id));
// From another source, so that the list of sources has two pages.
await attempt('batch sent twice', () => sentTwice(page, { ...batch, source_id: `${batch.source_id}-again` }));
await attempt('record', () => page.ingestRecord(record));
await attempt('metrics', () => page.businessMetrics(metrics));
await attempt('metrics by dates', () =>
  page.businessMetrics({
    ...metrics,
    time_range: { start: new Date(metrics.time_range.start), end: new Date(metrics.time_range.end) },
  }),
);
await attempt('metrics by JSON', () =>
  page.businessMetrics({
    ...metrics,
    time_range: JSON.stringify(metrics.time_range),
    filters: JSON.stringify(metrics.filters),
  }),
);
await attempt('metrics with nothing filtered', () =>
  page.businessMetrics({ ...metrics, filters: { region: [], channel: undefined, currency: metrics.filters.currency } }),
);
await attempt('first page', () => page.dataSources({ page: 0, size: 1, active_only: false }));
await attempt('second page', () => page.dataSources({ page: 1, size: 1, active_only: false }));

await attempt('whole answer', () => whole(page, '/ingest/sources'));
await attempt('with credentials', () => whole(pageWith(given.token, { withCredentials: true }), '/ingest/sources'));
await attempt('in a hurry', () => whole(pageWith(given.spent), '/ingest/sources'));

await attempt('nobody', () => pageWith('nobody').dataSources({}));
await attempt('without a token', () => pageWith(undefined).dataSources({}));
await attempt('reader', () => pageWith(given.reader).ingestBatchData(batch));
await attempt('unknown batch', () => page.batchStatus('batch-0'));
await attempt('wrong in every field', () =>
  page.ingestBatchData({ source_id: 'x', data_type: 'gifts', format: 'yaml', data: [] }),
);
await attempt('too large', () => page.ingestBatchData('x'.repeat(TOO_LARGE)));

const stranger = { origin: given.foreign };
await attempt('stranger', () => pageWith(given.token, stranger).dataSources({}));
await attempt('stranger writes', () => pageWith(given.token, stranger).ingestBatchData(batch));
await attempt('stranger without a token', () => whole(pageWith(undefined, stranger), '/health'));
await attempt('page without a token', () => whole(pageWith(undefined), '/health'));

process.stdout.write(JSON.stringify(told));

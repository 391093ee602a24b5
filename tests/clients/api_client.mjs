/** The client that the Commerce contract gives to frontends, with a call for each route that is built. */
import axios from 'axios';

/** Why the API refused, taken out of its wrapper. */
export class ApiFailure extends Error {
  constructor({ status, headers, data }) {
    super(data.error.message);
    this.status = status;
    this.headers = headers;
    this.error = data.error;
    this.requestId = data.request_id;
  }
}

export function createApiClient({ baseURL, token, ...config }) {
  const apiClient = axios.create({
    baseURL,
    headers: {
      'Content-Type': 'application/json',
    },
    ...config,
  });

  apiClient.interceptors.request.use((request) => {
    if (token) request.headers.setAuthorization(`Bearer ${token}`);
    return request;
  });

  apiClient.interceptors.response.use(undefined, (error) =>
    Promise.reject(error.response?.data?.error ? new ApiFailure(error.response) : error),
  );

  async function ingestBatchData(request) {
    const response = await apiClient.post('/ingest/batch', request);
    return response.data.data;
  }

  async function ingestRecord(request) {
    const response = await apiClient.post('/ingest/stream', request);
    return response.data.data;
  }

  async function batchStatus(batchId) {
    const response = await apiClient.get(`/ingest/batches/${encodeURIComponent(batchId)}/status`);
    return response.data.data;
  }

  async function dataSources(params) {
    const response = await apiClient.get('/ingest/sources', { params });
    return response.data.data;
  }

  async function businessMetrics(params) {
    const response = await apiClient.get('/analytics/metrics', { params });
    return response.data.data;
  }

  return { apiClient, ingestBatchData, ingestRecord, batchStatus, dataSources, businessMetrics };
}

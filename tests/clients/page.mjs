/**
 * Sends with axios as a browser does for a page: asks the server before it calls, and hands the page no more than the
 * server allows. Node asks for no permission; these are the steps of https://fetch.spec.whatwg.org/#http-cors-protocol.
 */
import axios, { AxiosError } from 'axios';

const SIMPLE_METHODS = ['GET', 'HEAD', 'POST'];
const SIMPLE_HEADERS = ['accept', 'accept-language', 'content-language', 'content-type'];
const SIMPLE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const READABLE = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified'];

const send = axios.getAdapter('http');

/** An axios adapter for a page of this origin, which writes down what went over the wire. */
export function pageAt(origin, wire = []) {
  return async (config) => {
    if (config.data === undefined) config.headers.setContentType(null); // as browsers' XMLHttpRequest has it
    const needed = neededPermission(config);
    if (needed) await askFirst(origin, config, needed, wire);
    config.headers.set('Origin', origin);
    config.proxy = false; // that of Node's environment is not the page's
    const [response, failure] = await answerTo(config);
    wire.push({ method: config.method.toUpperCase(), path: response.request.path, status: response.status });
    if (!mayRead(origin, config, response)) throw networkError(config, 'the page may not read the answer');
    response.headers = readablePart(response.headers);
    if (failure) throw failure;
    return response;
  };
}

/** What a preflight has to ask for, or nothing where a browser calls without asking. */
function neededPermission(config) {
  const method = config.method.toUpperCase();
  const headers = Object.keys(config.headers.toJSON())
    .map((name) => name.toLowerCase())
    .filter((name) => !SIMPLE_HEADERS.includes(name) || (name === 'content-type' && !isSimpleType(config)))
    .sort();
  return headers.length || !SIMPLE_METHODS.includes(method) ? { method, headers } : null;
}

function isSimpleType(config) {
  return SIMPLE_TYPES.includes(String(config.headers.getContentType()).split(';')[0].trim().toLowerCase());
}

async function askFirst(origin, config, { method, headers }, wire) {
  const asked = { Origin: origin, 'Access-Control-Request-Method': method };
  if (headers.length) asked['Access-Control-Request-Headers'] = headers.join(',');
  const url = axios.getUri(config);
  const answer = await axios.request({ method: 'options', url, headers: asked, validateStatus: null, proxy: false });
  wire.push({ method: 'OPTIONS', path: answer.request.path, status: answer.status, asked });
  const allowed = (name) => listed(answer.headers, `access-control-allow-${name}`);
  if (answer.status < 200 || answer.status > 299) throw networkError(config, `the preflight got ${answer.status}`);
  if (!mayRead(origin, config, answer)) throw networkError(config, 'the preflight does not allow the origin');
  if (!SIMPLE_METHODS.includes(method) && !allowed('methods').includes(method.toLowerCase()))
    throw networkError(config, `the preflight does not allow ${method}`);
  const refused = headers.filter((name) => !allowed('headers').includes(name));
  if (refused.length) throw networkError(config, `the preflight does not allow ${refused}`);
}

async function answerTo(config) {
  try {
    return [await send(config), null];
  } catch (failure) {
    if (!failure.response) throw failure;
    return [failure.response, failure];
  }
}

function mayRead(origin, config, { headers }) {
  const allowed = headers['access-control-allow-origin'];
  if (!config.withCredentials) return allowed === '*' || allowed === origin;
  return allowed === origin && headers['access-control-allow-credentials'] === 'true';
}

function readablePart(headers) {
  const names = [...READABLE, ...listed(headers, 'access-control-expose-headers')];
  const kept = Object.entries(headers.toJSON()).filter(([name]) => names.includes(name.toLowerCase()));
  return axios.AxiosHeaders.from(Object.fromEntries(kept));
}

function listed(headers, name) {
  return String(headers[name] ?? '')
    .split(',')
    .map((item) => item.trim().toLowerCase());
}

/** All that a browser tells the page; the reason is for its console. */
function networkError(config, reason) {
  return Object.assign(new AxiosError('Network Error', AxiosError.ERR_NETWORK, config), { reason });
}

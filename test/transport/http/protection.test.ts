import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { serviceOfFile, servicesOfFile, type TestService } from '../../helpers/ground.js';
import { HttpCaller, httpCaller, reasonOf } from '../../helpers/http.js';

const ALLOWED = 'https://desktop.example';
const service = serviceOfFile({ VOUCH_HTTP_ORIGINS: `${ALLOWED}, http://localhost:3000` });
const small = servicesOfFile(1, { VOUCH_HTTP_MAXIMUM_STREAMS: '1', VOUCH_HTTP_REQUESTS_PER_MINUTE: '20' });

/** GetPrincipal with headers that fetch would not let through, such as Host and Origin. */
async function raw(
  { httpAddress }: TestService,
  tenantId: string,
  headers: Record<string, string>,
  options: { method?: string; path?: string; body?: string } = {},
) {
  const [hostname, port] = httpAddress.split(':');
  const { method = 'POST', path = '/vouch.v1.AdminService/GetPrincipal', body = '{}' } = options;
  const request = httpRequest({
    hostname,
    port,
    method,
    path,
    headers: { 'content-type': 'application/json', 'vouch-tenant': tenantId, ...headers },
  });
  request.end(method === 'POST' ? body : undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const answer = await text(response);
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson ? (JSON.parse(answer) as unknown) : answer,
  };
}

test('every answer tells browsers to run nothing that did not come from here', async (t) => {
  const http = new HttpCaller(service());
  for (const path of ['/health/live', '/openapi.json', '/console/', '/badge/vouch-badge.js', '/nowhere']) {
    const { headers } = await http.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    t.regex(policy, /default-src 'none'/, path);
    t.regex(policy, /script-src 'self'(;|$)/, path);
    t.regex(policy, /frame-ancestors 'none'/, path);
    t.notRegex(policy, /unsafe|\*/, path);
    t.is(headers.get('x-content-type-options'), 'nosniff', path);
    t.is(headers.get('referrer-policy'), 'no-referrer', path);
    t.regex(headers.get('permissions-policy') ?? '', /microphone=\(self\)/, path);
    t.is(headers.get('set-cookie'), null, path);
  }
});

test('answers of RPCs are kept by nobody, failures no more than results', async (t) => {
  const { tenantId } = await service().tenant();
  const http = httpCaller(service(), tenantId);
  for (const rpc of ['AdminService/GetPrincipal', 'EnrolmentService/GetSpeaker']) {
    const { headers } = await http.ask(rpc, {});
    t.is(headers.get('cache-control'), 'no-store', rpc);
  }
});

test('pages of another origin are refused, unless it is listed; those from here are not', async (t) => {
  const { tenantId } = await service().tenant();
  const ask = (origin: string) => raw(service(), tenantId, { origin });
  for (const origin of [
    'https://evil.example',
    'null',
    'https://desktop.example.evil.example',
    'http://desktop.example',
  ]) {
    const { status, body, headers } = await ask(origin);
    t.is(status, 403, origin);
    t.is(reasonOf(body), 'ORIGIN_NOT_ALLOWED');
    t.is(headers['access-control-allow-origin'], undefined);
  }
  const listed = await ask(ALLOWED);
  t.is(listed.status, 200);
  t.is(listed.headers['access-control-allow-origin'], ALLOWED);
  t.is(listed.headers['access-control-allow-credentials'], undefined);
  t.is(listed.headers.vary, 'Origin');
  t.is((await ask(`http://${service().httpAddress}`)).status, 200);
});

test('a browser that asks first is told what a listed origin may send', async (t) => {
  const preflight = (origin: string) =>
    raw(service(), '', { origin, 'access-control-request-method': 'POST' }, { method: 'OPTIONS' });
  const { status, headers } = await preflight(ALLOWED);
  t.is(status, 204);
  t.is(headers['access-control-allow-origin'], ALLOWED);
  t.regex(String(headers['access-control-allow-headers']), /authorization/);
  t.is((await preflight('https://evil.example')).status, 403);
});

test('while nobody is authenticated, only names of the loopback are answered to', async (t) => {
  const { tenantId } = await service().tenant();
  for (const host of ['evil.example', '127.0.0.1.evil.example', '127.evil.example', '10.0.0.1:8080']) {
    for (const path of ['/vouch.v1.AdminService/GetPrincipal', '/openapi.json']) {
      const method = path === '/openapi.json' ? 'GET' : 'POST';
      const { status, body } = await raw(service(), tenantId, { host }, { method, path });
      t.is(status, 403, host);
      t.is(reasonOf(body), 'HOST_NOT_ALLOWED');
    }
  }
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1', '[::1]:8080', 'vouch.localhost'])
    t.is((await raw(service(), tenantId, { host })).status, 200, host);
});

test('bodies of types that a form may send are refused', async (t) => {
  const { tenantId } = await service().tenant();
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/x-ndjson',
    'nonsense',
  ]) {
    const { status, body } = await raw(service(), tenantId, { 'content-type': type });
    t.is(status, 400, type);
    t.is(reasonOf(body), 'CONTENT_TYPE_UNKNOWN', type);
  }
});

test('a message that is too large is refused as soon as it is', async (t) => {
  const { tenantId } = await service().tenant();
  const http = httpCaller(service(), tenantId);
  const large = 'x'.repeat((2 << 20) + 1);
  t.is(
    reasonOf((await http.ask('EnrolmentService/GetSpeaker', { speakerId: large })).body),
    'MESSAGE_TOO_LARGE',
  );
  const response = await http.post('EnrolmentService/EnrolFromRecording', large, {
    'content-type': 'application/x-ndjson',
  });
  t.is(reasonOf(await response.json()), 'MESSAGE_TOO_LARGE');
});

test('of RPCs that there are not, and of other paths, it is told', async (t) => {
  const http = new HttpCaller(service());
  const unknown = await http.ask('ConsentService/Nothing', {});
  t.is(unknown.status, 501);
  t.is(reasonOf(unknown.body), 'NOT_IMPLEMENTED');
  t.is(reasonOf((await http.get('/vouch.v1.AdminService/GetPrincipal')).body), 'PATH_NOT_FOUND');
  t.is((await http.get('/%ff')).status, 400);
  for (const path of [
    '/console/../../../package.json',
    '/console/%2e%2e/%2e%2e/package.json',
    '/badge/..%2f..%2fpackage.json',
  ])
    t.notRegex(JSON.stringify((await http.get(path)).body), /dependencies/, path);
});

test('what is no HTTP gets an answer, and harms nobody', async (t) => {
  const [host, port] = service().httpAddress.split(':');
  const socket = connect(Number(port), host);
  socket.write('GET / HTTP/9.9\r\n\r\n');
  t.regex(await text(socket), /^HTTP\/1\.1 400/);
  t.is((await new HttpCaller(service()).get('/health/live')).status, 200);
});

test('probes are told how the service is', async (t) => {
  const http = new HttpCaller(service());
  for (const path of ['/health/live', '/health/started', '/health/ready']) {
    const { status, body } = await http.get(path);
    t.is(status, 200, path);
    t.deepEqual(body, { status: 'SERVING' }, path);
  }
});

test.serial('only so many event streams are open at once', async (t) => {
  const tenant = await small(0).tenant();
  const http = httpCaller(small(0), tenant.tenantId);
  const call = tenant.open([]);
  await call.event('started');
  const message = JSON.stringify({ callId: call.callId });
  const leave = new AbortController();
  const first = await http.post('VerificationService/WatchCall', message, {}, leave.signal);
  t.is(first.status, 200);
  const second = await http.post('VerificationService/WatchCall', message);
  t.is(second.status, 429);
  t.is(reasonOf(await second.json()), 'TOO_MANY_STREAMS');
  leave.abort();
  let status = 429;
  for (const deadline = Date.now() + 5000; status === 429 && Date.now() < deadline;) {
    const again = new AbortController();
    ({ status } = await http.post('VerificationService/WatchCall', message, {}, again.signal));
    again.abort();
    await new Promise((next) => setTimeout(next, 500));
  }
  t.is(status, 200, 'its place is free again');
  t.is(await call.end(), null);
});

test.serial('an address that asks too often is told when to come back; probes are not counted', async (t) => {
  const http = new HttpCaller(small(0));
  const answers = [];
  for (let asked = 0; asked < 21; asked += 1) answers.push(await http.get('/openapi.json'));
  const { status, body, headers } = answers.at(-1)!;
  t.is(status, 429);
  t.is(reasonOf(body), 'TOO_MANY_REQUESTS');
  t.regex(headers.get('retry-after') ?? '', /^\d+$/);
  t.is((await http.get('/health/live')).status, 200);
});

import { connect } from 'node:http2';
import { once } from 'node:events';
import test from 'ava';
import { ChannelCredentials, createChannel, createClient, Status, type Channel } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { TestTenant } from '../helpers/caller.js';
import { clientsOver } from '../helpers/clients.js';
import { Envoy } from '../helpers/envoy.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const ALLISON = 'allison_en';
const LIVE = 'envoy_cluster_upstream_rq_active{envoy_cluster_name="vouch_calls"}';
/** Calls that ended, by the status of gRPC. */
const ENDED = 'envoy_cluster_grpc_VerificationService_StreamCall';

let ground: Ground;
let service: TestService;
let envoy: Envoy;
let tenantId: string;

test.serial.before('the service behind the proxy that is deployed with it', async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  service = await ground.serve();
  const tenant = await service.tenant();
  await tenant.enrol(ALLISON);
  ({ tenantId } = tenant);
  envoy = await Envoy.start(service);
});

test.after.always('stop', async () => {
  await envoy.stop();
  await service.stop();
  await ground.close();
});

/** A connection with a certificate of this name. */
async function channelAs(name: string, alternative: string): Promise<Channel> {
  const { key, cert } = await envoy.authority.issue(name, alternative);
  const credentials = ChannelCredentials.createSsl(await envoy.authority.certificate, key, cert);
  return createChannel(`localhost:${envoy.ports.grpc}`, credentials);
}

/** The tenant over that connection, claiming another tenant, role and actor in its metadata. */
function tenantOver(channel: Channel): TestTenant {
  const clients = () => clientsOver(channel, 'somebody-else', 'ADMINISTRATOR', 'forged');
  return new TestTenant({ clients }, 'somebody-else');
}

const uri = (role: string) => `URI:spiffe://acme.example/tenant/${tenantId}/role/${role}/actor/ivr-1`;

test.serial('who asks is what the certificate says, whatever the metadata says', async (t) => {
  const channel = await channelAs('platform', uri('telephony'));
  const platform = tenantOver(channel);
  const call = platform.open([ALLISON]);
  await call.speech(`${ALLISON}/call-1.wav`, 0, 8000);
  await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
  t.is(await envoy.metric(LIVE), 1);
  t.is(await call.end(), null);
  t.is(await envoy.metric(LIVE), 0);
  const admin = platform.admin.listAuditEntries({});
  t.is((await failure(admin)).reason, 'ROLE_NOT_ALLOWED');
  t.is(await envoy.metric(`${ENDED}_0`), 1);
  channel.close();
});

test.serial('nobody comes in without a certificate, or with one that names no principal', async (t) => {
  const stranger = await channelAs('stranger', 'URI:spiffe://acme.example/printer/7');
  t.is((await failure(tenantOver(stranger).getCall('x'))).code, Status.UNAUTHENTICATED);
  stranger.close();
  const both = await channelAs('both', `${uri('telephony')},${uri('administrator')}`);
  t.is((await failure(tenantOver(both).getCall('x'))).code, Status.UNAUTHENTICATED);
  both.close();
  const bare = ChannelCredentials.createSsl(await envoy.authority.certificate);
  const nobody = createChannel(`localhost:${envoy.ports.grpc}`, bare);
  t.is((await failure(tenantOver(nobody).getCall('x'))).code, Status.UNAVAILABLE);
  nobody.close();
});

test.serial('probes see health without a certificate, and nothing else', async (t) => {
  const channel = createChannel(`127.0.0.1:${envoy.ports.health}`);
  t.is((await createClient(HealthDefinition, channel).check({ service: '' })).status, 1);
  const asked = await failure(tenantOver(channel).getCall('x'));
  t.is(asked.code, Status.UNIMPLEMENTED);
  channel.close();
});

test.serial('before a pod ends its connections are told to go, and calls on them go on', async (t) => {
  const { key, cert } = await envoy.authority.issue('drained', uri('telephony'));
  const ca = await envoy.authority.certificate;
  const raw = connect(`https://localhost:${envoy.ports.grpc}`, { ca, key, cert });
  const goaway = once(raw, 'goaway');
  const channel = await channelAs('caller', uri('telephony'));
  const call = tenantOver(channel).open([ALLISON]);
  await call.speech(`${ALLISON}/call-1.wav`, 0, 4000);
  await call.event('started');
  await envoy.drain();
  raw.request({ ':method': 'POST', ':path': '/vouch.v1.VerificationService/GetCall' }).end();
  await goaway;
  raw.destroy();
  await call.speech(`${ALLISON}/call-1.wav`, 4000, 8000);
  t.is(await call.end(), null);
  t.is(wordOf(call.decision), 'ACCEPT');
  channel.close();
});

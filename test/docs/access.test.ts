import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ROLES } from '../../src/access/index.js';
import type { Role } from '../../src/domain/principal.js';
import { ACCESS } from '../../src/transport/access-table.js';
import { ROOT } from '../helpers/binary.js';

const page = await readFile(join(ROOT, 'docs/access.md'), 'utf8');

/** Every RPC by name, with the roles that may call it. */
const RPCS: readonly (readonly [string, readonly Role[]])[] = ACCESS.flatMap(({ service, rows }) =>
  Object.entries<readonly Role[]>(rows).map(([method, roles]) => [
    (service.methods as Readonly<Record<string, { name: string }>>)[method]!.name,
    roles,
  ]),
);

/** The table of a service, as the page shows it. */
function tableOf({ service, rows }: (typeof ACCESS)[number]): string {
  const methods = service.methods as Readonly<Record<string, { name: string }>>;
  const names = ROLES.map((role) => role.toLowerCase().replaceAll('_', ' '));
  return [
    `| ${service.name} | ${names.join(' | ')} |`,
    `|---${'|:-:'.repeat(ROLES.length)}|`,
    ...Object.entries<readonly Role[]>(rows).map(([method, allowed]) => {
      const cells = ROLES.map((role) => (allowed.includes(role) ? '✓' : ' '));
      return `| \`${methods[method]!.name}\` | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

/** Without the spaces that only make columns line up. */
const plain = (markdown: string) =>
  markdown.replaceAll(/[ \t]+/g, ' ').replaceAll(/\|\s?:?-+:?\s?(?=\|)/g, '|-');

test('docs/access.md shows the table that requests are checked against', (t) => {
  for (const service of ACCESS) t.true(plain(page).includes(plain(tableOf(service))), tableOf(service));
});

test('an auditor changes nothing', (t) => {
  const reads = /^(Get|List|Verify(?!Recording))/;
  t.deepEqual(
    RPCS.filter(([name, roles]) => roles.includes('AUDITOR') && !reads.test(name)),
    [],
  );
});

test('neither platforms nor agents list, erase or export people, or see what others did', (t) => {
  const closed =
    /^(ListSpeakers|ListNotifications|ListConsentEvents|ListAudit|ListOverriders|ListUnusual|Export|Erase|Import|Delete|Put|Set(?!TrustPhrase)|Rotate)/;
  t.deepEqual(
    RPCS.filter(
      ([name, roles]) => closed.test(name) && (roles.includes('AGENT') || roles.includes('TELEPHONY')),
    ),
    [],
  );
});

test('whoever runs the service sees that the trail is whole, and not what people did', (t) => {
  const of = (name: string) => RPCS.find(([rpc]) => rpc === name)![1];
  t.true(of('VerifyAudit').includes('ADMINISTRATOR'));
  for (const name of ['ListAuditEntries', 'ListSpeakerReaders', 'ListOverriders', 'ListUnusualAccess'])
    t.false(of(name).includes('ADMINISTRATOR'), name);
});

// Writes the table of packages in THIRD-PARTY-NOTICES.md from package-lock.json: what is installed at run time, and what
// is bundled into the pages that the service sends to browsers. Run it (`make notices`) after a change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs';

/** Development dependencies whose code ends up in the badge and the console. */
const BUNDLED = ['lit', 'lit-element', 'lit-html', '@lit/reactive-element'];
const root = new URL('../', import.meta.url);
const read = (file) => readFileSync(new URL(file, root), 'utf8');
const { dependencies } = JSON.parse(read('package.json'));
const { packages } = JSON.parse(read('package-lock.json'));

function licenceOf(path, { license }) {
  if (license) return license.replace(/^\((.*)\)$/, '$1');
  const { license: named, licenses = [] } = JSON.parse(read(`${path}/package.json`));
  return named ?? licenses.map(({ type }) => type).join(' OR ');
}

const rows = Object.entries(packages)
  .map(([path, entry]) => ({ path, entry, name: path.split('node_modules/').at(-1) }))
  .filter(
    ({ path, entry, name }) => path !== '' && ((!entry.dev && !entry.devOptional) || BUNDLED.includes(name)),
  )
  .map(({ path, entry, name }) => {
    const shown = name in dependencies && path === `node_modules/${name}` ? `**${name}**` : name;
    return {
      name,
      version: entry.version,
      row: `| ${shown} | ${entry.version} | ${licenceOf(path, entry)} |`,
    };
  })
  .sort(
    (a, b) =>
      a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en', { numeric: true }),
  );

const page = read('THIRD-PARTY-NOTICES.md');
const head = '| package | version | licence |\n|---|---|---|\n';
const [before] = page.split(head);
const table = [...new Set(rows.map(({ row }) => row))].join('\n');
writeFileSync(new URL('THIRD-PARTY-NOTICES.md', root), `${before}${head}${table}\n`);

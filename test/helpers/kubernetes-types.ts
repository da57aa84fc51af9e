import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A manifest of Kubernetes as it was parsed. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Where the compiler looks for packages. */
const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * What is wrong with manifests, by the types of the Kubernetes API (package kubernetes-types): fields that there are not,
 * values of another type, what is missing.
 */
export function problemsOf(manifests: readonly Manifest[]): string[] {
  const text = manifests.map(({ apiVersion, ...rest }, n) => {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
    const module = `kubernetes-types/${group!.split('.')[0]}/${version}`;
    const value = JSON.stringify({ apiVersion, ...rest }, null, 1);
    return `import type { ${rest.kind} as T${n} } from '${module}';\nexport const m${n}: T${n} = ${value};`;
  });
  const name = join(HERE, 'manifests.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, target) =>
    file === name ? ts.createSourceFile(file, text.join('\n'), target) : read(file, target);
  const exists = host.fileExists.bind(host);
  host.fileExists = (file) => file === name || exists(file);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start, file }) => {
    const line = file && start !== undefined ? file.text.slice(start).split('\n')[0]!.trim() : '';
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import {
  confinedLibraries,
  librariesOfTests,
  packageRules,
  testingPackage,
  testsMay,
} from './import-rules.ts';

/** A file that imports, and what its package.json says. */
export interface ImportingFile {
  /** Name of its package, `@huidiao/queue`. */
  readonly package: string;
  /** Folder of its package, and the file, by the same root. */
  readonly packageFolder: string;
  readonly file: string;
  /** Names that it may import by the package.json of its package; for a test, of any package. */
  readonly declared: ReadonlySet<string>;
}

/** What is wrong with an import, in words; undefined when nothing is. */
export function checkImport(importer: ImportingFile, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return checkRelative(importer, specifier);
  if (isBuiltin(specifier)) {
    return specifier.startsWith('node:') ? undefined : `"${specifier}" is written node:${specifier}`;
  }
  const name = toPackageName(specifier);
  const isOurs = name.startsWith('@huidiao/');
  return (
    (isOurs ? checkOurs(importer, name, specifier) : checkLibrary(importer, name)) ??
    (importer.declared.has(name) ? undefined : `${name} is not in the package.json of ${importer.package}`)
  );
}

function checkRelative({ file, packageFolder }: ImportingFile, specifier: string): string | undefined {
  const target = relative(packageFolder, join(dirname(file), specifier));
  return target.startsWith('..')
    ? `${specifier} leaves the package: import the package by its name`
    : undefined;
}

function checkOurs(importer: ImportingFile, name: string, specifier: string): string | undefined {
  if (specifier !== name) return `${specifier} reaches into ${name}: import ${name}`;
  if (name === importer.package && !isTest(importer))
    return `${name} imports itself by name: import the file`;
  if (importer.package === testingPackage) return undefined;
  if (isTest(importer) && (testsMay.includes(name) || name === importer.package)) return undefined;
  if (name === testingPackage) return `${name} is for *.test.ts only`;
  const rule = packageRules[importer.package];
  if (!rule) return `${importer.package} has no entry in the table of imports`;
  return rule.may.includes(name) ? undefined : `${importer.package} may not import ${name}`;
}

function checkLibrary(importer: ImportingFile, name: string): string | undefined {
  const allowed = confinedLibraries[name];
  if (!allowed || allowed.includes(importer.package)) return undefined;
  const isForTests = isTest(importer) || importer.package === testingPackage;
  if (isForTests && librariesOfTests.includes(name)) return undefined;
  return `${name} may only be imported by ${allowed.join(', ') || 'nobody'}`;
}

/** Tests, and what only runs with them. */
function isTest({ file }: ImportingFile): boolean {
  return /\.test\.ts$/.test(file);
}

/** `@scope/name/file` → `@scope/name`, `name/file` → `name`. */
function toPackageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

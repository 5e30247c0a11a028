import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkImport } from './check-import.ts';
import { findImports } from './find-imports.ts';
import { packageRules, testingPackage } from './import-rules.ts';

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Everything in the workspace that the table of imports forbids, as `file:line: what is wrong`. */
export function checkWorkspace(root: string): string[] {
  const manifest = readManifest(root);
  const packages = (manifest.workspaces ?? []).flatMap((pattern) => findPackages(root, pattern));
  // Tests, which are not shipped, may use whatever somebody in the workspace declares.
  const ofTests = new Set([manifest, ...packages.map((one) => one.manifest)].flatMap(declaredBy));
  return packages.flatMap((one) => [...checkManifest(root, one), ...checkSources(root, one, ofTests)]);
}

/** A dependency that no source could use by the table is refused too, before somebody uses it. */
function checkManifest(root: string, { folder, manifest }: Package): string[] {
  const file = relative(root, join(folder, 'package.json'));
  if (manifest.name === testingPackage) return [];
  const rule = packageRules[manifest.name];
  if (!rule) return [`${file}: ${manifest.name} has no entry in the table of imports`];
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith('@huidiao/') && !rule.may.includes(name))
    .map((name) => `${file}: ${manifest.name} may not depend on ${name}`);
}

function checkSources(root: string, { folder, manifest }: Package, ofTests: ReadonlySet<string>): string[] {
  const own = new Set(declaredBy(manifest));
  return findSources(folder).flatMap((file) => {
    const isForTests = file.endsWith('.test.ts') || manifest.name === testingPackage;
    const declared = isForTests ? ofTests : own;
    const importer = { package: manifest.name, packageFolder: folder, file, declared };
    return findImports(readFileSync(file, 'utf8')).flatMap(({ specifier, line }) => {
      const problem = checkImport(importer, specifier);
      return problem === undefined ? [] : [`${relative(root, file)}:${line}: ${problem}`];
    });
  });
}

/** The package itself, for tests, and what its package.json names. */
function declaredBy({ name, dependencies, devDependencies }: Manifest): string[] {
  return [name, ...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})];
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** A workspace pattern is a folder, or `folder/*`. */
function findPackages(root: string, pattern: string): Package[] {
  const parent = join(root, pattern.replace(/\/\*$/, ''));
  const folders = pattern.endsWith('/*') ? readdirSync(parent).map((name) => join(parent, name)) : [parent];
  return folders
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }));
}

function findSources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : findSources(path);
    return /\.(?:[cm]?ts|[cm]?js)$/.test(entry.name) ? [path] : [];
  });
}

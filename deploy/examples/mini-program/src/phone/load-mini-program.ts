import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { createContext, Script } from 'node:vm';
import { transformSync } from 'esbuild';

/** Where the mini-program is: the folder of app.json. */
export const miniprogramFolder = join(import.meta.dirname, '../../miniprogram');

/** A module, as its exports. */
type Module = Record<string, unknown>;

export interface MiniProgramModules {
  /** Runs a module, once; the path has no extension: `pages/goods/goods`. */
  run(path: string): Module;
}

/**
 * Runs the mini-program's files as WeChat does: each by itself made CommonJS, with `require` and the globals of the
 * platform and nothing of Node's or a browser's.
 * @param replaced modules in place of those in the folder, such as `config`
 */
export function loadMiniProgram(
  globals: Readonly<Record<string, unknown>>,
  replaced: Readonly<Record<string, Module>>,
): MiniProgramModules {
  const context = createContext({ ...globals });
  const loaded = new Map<string, { exports: Module }>();

  function load(path: string): Module {
    const known = replaced[path] ?? loaded.get(path)?.exports;
    if (known !== undefined) return known;
    const module = { exports: {} as Module };
    loaded.set(path, module);
    const define = toScript(path).runInContext(context) as (
      require: (specifier: string) => Module,
      module: { exports: Module },
      exports: Module,
    ) => void;
    define((specifier) => load(resolve(path, specifier)), module, module.exports);
    return module.exports;
  }
  return { run: load };
}

/** WeChat knows relative paths; without an extension they are of .js files. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) throw new Error(`${from} requires ${specifier}, which is no relative path`);
  return posix.join(dirname(from), specifier);
}

const scripts = new Map<string, Script>();

/** All phones of a process share what was compiled. */
function toScript(path: string): Script {
  const file = join(miniprogramFolder, `${path}.ts`);
  if (!existsSync(file)) throw new Error(`module '${path}.js' is not defined`);
  const known = scripts.get(file);
  if (known !== undefined) return known;
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'es2018',
    sourcefile: file,
  });
  const script = new Script(`(function (require, module, exports) {${code}\n})`, { filename: file });
  scripts.set(file, script);
  return script;
}

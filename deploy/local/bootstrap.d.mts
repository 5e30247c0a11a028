export function nodeVersionProblem(version: string): string | undefined;
export function isInstalled(folder: string): boolean;
export function installProblem(output: string): string;

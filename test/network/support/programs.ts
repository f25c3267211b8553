import path from 'node:path'

/** The path of a program of these tests. */
export function pathOf(name: string): string {
  return path.join(import.meta.dirname, '..', 'programs', name)
}

/** Such a program as the agent of a test. */
export function agentOf(name: string): { agent: { run: string[] } } {
  return { agent: { run: [process.execPath, pathOf(name)] } }
}

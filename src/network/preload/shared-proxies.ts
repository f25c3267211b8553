import { builtin } from '../../preload/builtins.ts'

const PROXIES = 'vitest-supervise:proxies'

/**
 * Has threads know what was taken out of the environment of the process, of which theirs is a copy: they inherit it from each other.
 * @param taken what this thread has taken out
 * @returns what the thread has taken out that has started this one
 */
export function shareProxies(taken: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { isMainThread, getEnvironmentData, setEnvironmentData } = builtin('node:worker_threads')
  if (!isMainThread) return (getEnvironmentData(PROXIES) ?? {}) as Record<string, string>
  setEnvironmentData(PROXIES, { ...taken })
  return taken
}

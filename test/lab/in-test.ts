import { onTestFinished } from 'vitest'

import { LabProject, type ProjectOptions } from './project.ts'
import { type Runtime, runtimeAtHand } from './runtime.ts'
import type { VitestRun } from './vitest-run.ts'

/** The runtimes that are here: Vitest 4, and 5 once `npm run kill-matrix` or CI has brought it; in the matrix, one of them. */
export const runtimes: readonly Runtime[] = (
  await Promise.all([runtimeAtHand('4'), runtimeAtHand('5')])
).filter((one) => one !== undefined)

/** Each runtime with each of the pools that are supported. */
export const cells = runtimes.flatMap((runtime) =>
  (['forks', 'threads'] as const).map((pool) => ({ name: runtime.name, runtime, pool })),
)

/** A project that lives as long as the test that makes it. */
export function labProject(options: ProjectOptions): LabProject {
  const project = new LabProject(options)
  onTestFinished(() => project[Symbol.asyncDispose]())
  return project
}

/** The outcome of a project of these files. */
export function runLab(options: ProjectOptions, ...args: string[]): Promise<VitestRun> {
  return labProject(options).run(...args)
}

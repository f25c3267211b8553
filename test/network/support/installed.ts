import { spawnSync } from 'node:child_process'

/** Whether the system has this program. */
export function isInstalled(program: string, word = '--version'): boolean {
  return spawnSync(program, [word], { stdio: 'ignore' }).status === 0
}

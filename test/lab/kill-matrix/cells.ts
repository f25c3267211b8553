import type { VitestMajor } from '../runtime.ts'

/** Where tests run. */
export type Pool = 'forks' | 'threads'

/** What the test does while it is killed. */
export type Body = 'async wait' | 'sync loop'

export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP'] as const

/** Who is killed, and how. */
export type Kill =
  | { readonly target: 'main' | 'group'; readonly signal: (typeof SIGNALS)[number] }
  | { readonly target: 'worker'; readonly signal: 'SIGKILL' }

/** How a test ends, or fails to, by itself. */
export const ENDINGS = [
  'timeout',
  'failed assertion',
  'skip',
  'bail',
  'hung clean-up',
  'throwing clean-up',
  'late set-up',
] as const

export type Ending = (typeof ENDINGS)[number]

/** Files of a run that has just begun: the main process is killed in the moment in which one appears. */
export const MOMENTS = {
  'the run directory': /^vs-\w+$/,
  'the reaper’s socket': /^vs-\w+\/reaper\.sock$/,
  'a worker’s directory': /^vs-\w+\/\w{6}$/,
  'a test’s directory': /^vs-\w+\/\w{6}\/\w{6}$/,
} as const

export type Moment = keyof typeof MOMENTS

/**
 * One trial in a run of this version and pool. Five agents of different kinds are up when something happens to their
 * test; or the run is killed while it begins.
 */
export type Cell = { readonly vitest: VitestMajor; readonly pool: Pool } & (
  | { readonly body: Body; readonly kill: Kill }
  | { readonly ending: Ending }
  | { readonly moment: Moment }
)

/** Every trial, or those of one version. */
export function allCells(versions: readonly VitestMajor[] = ['4', '5']): Cell[] {
  return versions.flatMap((vitest) =>
    (['forks', 'threads'] as const).flatMap((pool) => [
      ...kills(pool).flatMap((kill) =>
        (['async wait', 'sync loop'] as const).map((body) => ({ vitest, pool, body, kill })),
      ),
      ...ENDINGS.map((ending) => ({ vitest, pool, ending })),
      ...(Object.keys(MOMENTS) as Moment[]).map((moment) => ({ vitest, pool, moment })),
    ]),
  )
}

/** About `count` of the cells, always the same: first whatever shows a version, pool, body, kill or ending that none before it has. */
export function sample(cells: readonly Cell[], count: number): Cell[] {
  const chosen: Cell[] = []
  const seen = new Map<string, number>()
  const rest = [...cells]
  while (chosen.length < count && rest.length > 0) {
    const worth = rest.map((cell) =>
      traits(cell).reduce((sum, trait) => sum + 1 / (1 + (seen.get(trait) ?? 0)), 0),
    )
    const [cell] = rest.splice(worth.indexOf(Math.max(...worth)), 1)
    if (!cell) break
    for (const trait of traits(cell)) seen.set(trait, (seen.get(trait) ?? 0) + 1)
    chosen.push(cell)
  }
  return chosen
}

export function nameOf(cell: Cell): string {
  return `Vitest ${cell.vitest}, ${cell.pool}: ${whatOf(cell)}`
}

function whatOf(cell: Cell): string {
  if ('ending' in cell) return cell.ending
  if ('moment' in cell) return `SIGKILL to main when ${cell.moment} appears`
  return `${cell.kill.signal} to ${cell.kill.target} in ${cell.body}`
}

function kills(pool: Pool): Kill[] {
  const worker: Kill[] = pool === 'forks' ? [{ target: 'worker', signal: 'SIGKILL' }] : []
  return [
    ...(['main', 'group'] as const).flatMap((target) => SIGNALS.map((signal) => ({ target, signal }))),
    ...worker,
  ]
}

function traits(cell: Cell): string[] {
  const where = `${cell.vitest} ${cell.pool}`
  if ('ending' in cell) return [cell.ending, `${where} ends`, `${cell.vitest} ${cell.ending}`]
  if ('moment' in cell) return [cell.moment, `${where} begins`, `${cell.vitest} ${cell.moment}`]
  const { body, kill } = cell
  const who = `${kill.signal} ${kill.target}`
  return [who, `${where} ${body}`, `${body} ${who}`]
}

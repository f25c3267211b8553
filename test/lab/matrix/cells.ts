/** One version of Node with one of Vitest. */
export interface Cell {
  readonly node: string
  readonly vitest: string
}

const NODES = ['20', '22', '24', '26']
const VITESTS = ['4.1.0', '4.1.12', '5.0.5', '5.1.1']
/** The oldest Node for Vitest 5, by its own declaration. */
const NODE_FOR_5 = 22

/** All cells, also those that Vitest does not support. */
export const allCells: readonly Cell[] = NODES.flatMap((node) => VITESTS.map((vitest) => ({ node, vitest })))

/** The oldest and the newest of each, in every supported combination. */
export const corners: readonly Cell[] = [
  { node: '20', vitest: '4.1.0' },
  { node: '20', vitest: '4.1.12' },
  { node: '26', vitest: '4.1.0' },
  { node: '26', vitest: '5.1.1' },
]

/** Whether this Vitest runs on this Node. */
export function isSupported({ node, vitest }: Cell): boolean {
  return Number(vitest.split('.')[0]) < 5 || Number(node) >= NODE_FOR_5
}

/**
 * The cells that are meant by `node=24,vitest=5.1.1`: every name may be there several times, and means each of them.
 * Versions that are in no table are taken as they are.
 */
export function cellsOf(text: string): Cell[] {
  const asked = text.split(',').map((part) => part.split('='))
  const unknown = asked.filter(([name, version]) => !['node', 'vitest'].includes(name ?? '') || !version)
  if (unknown.length > 0)
    throw new Error(`--only is "${text}", but must be such as node=24,vitest=5.1.1 or node=20,node=22.`)
  const versions = (wanted: string, all: readonly string[]): readonly string[] => {
    const named = asked.flatMap(([name, version = '']) => (name === wanted ? [version] : []))
    return named.length > 0 ? named : all
  }
  return versions('node', NODES).flatMap((node) =>
    versions('vitest', VITESTS).map((vitest) => ({ node, vitest })),
  )
}

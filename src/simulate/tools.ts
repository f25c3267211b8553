import path from 'node:path'

import type { SimulatedProcess } from './starts.ts'

/** How a program of the system ends that says a few words. */
export interface Saying {
  readonly fd: 1 | 2
  readonly text: string
  readonly exitCode: number
}

/** The programs of the system that there are in a simulation: those by which supervisors find what their children have started. */
export const TOOLS: Readonly<
  Record<string, (words: readonly string[], processes: readonly SimulatedProcess[]) => Saying>
> = {
  ps(words, processes) {
    const columns = columnsOf(words)
    const found = processes.filter(filterOf(words))
    const rows = found.map((process) => columns.map(({ name }) => COLUMNS[name]?.(process) ?? '-'))
    const bare = words.includes('--no-headers') || columns.every(({ title }) => title === '')
    if (!bare) rows.unshift(columns.map(({ title }) => title))
    return listing(
      rows.map((row) => row.map((cell) => cell.padStart(7)).join(' ')),
      found.length,
    )
  },
  pgrep(words, processes) {
    const parent = Number(words[words.indexOf('-P') + 1])
    const found = processes.filter(({ ppid }) => ppid === parent)
    return listing(
      found.map(({ pid }) => String(pid)),
      found.length,
    )
  },
}

const COLUMNS: Readonly<Record<string, (process: SimulatedProcess) => string>> = {
  pid: ({ pid }) => String(pid),
  ppid: ({ ppid }) => String(ppid),
  pgid: ({ pgid }) => String(pgid),
  stat: ({ stopped }) => (stopped ? 'T' : 'S'),
  state: ({ stopped }) => (stopped ? 'T' : 'S'),
  comm: ({ command }) => path.basename(command.split(' ')[0] ?? '').slice(0, 15),
  command: ({ command }) => command,
  args: ({ command }) => command,
}

const TITLES: Readonly<Record<string, string>> = { comm: 'COMMAND', args: 'COMMAND', state: 'S' }

interface Column {
  readonly name: string
  readonly title: string
}

/** `-o pid,ppid=PARENT`: a column may be given another title. */
function columnsOf(words: readonly string[]): Column[] {
  const asked = words.flatMap((word, index) => (words[index - 1] === '-o' ? word.split(',') : []))
  const names = asked.length === 0 ? ['pid', 'stat', 'comm'] : asked
  return names.map((text) => {
    const [name = '', title] = text.split('=')
    return { name, title: title ?? TITLES[name] ?? name.toUpperCase() }
  })
}

function filterOf(words: readonly string[]): (process: SimulatedProcess) => boolean {
  const listed = (option: string): number[] | undefined => {
    const at = words.indexOf(option)
    return at < 0 ? undefined : words[at + 1]?.split(',').map(Number)
  }
  const [pids, parents] = [listed('-p') ?? listed('--pid'), listed('--ppid')]
  return ({ pid, ppid }) => (pids?.includes(pid) ?? true) && (parents?.includes(ppid) ?? true)
}

function listing(lines: readonly string[], found: number): Saying {
  return { fd: 1, text: lines.map((line) => `${line}\n`).join(''), exitCode: found > 0 ? 0 : 1 }
}

import { styleText } from 'node:util'

import type { Context } from './command.ts'

/** How something is marked on a terminal. */
export type Mark = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

/** What text is fitted to: the terminal that it goes to, or nothing. */
export interface Screen {
  /** Marks a text by a colour, if there are any. */
  paint(mark: Mark, text: string): string
  /** Shortens a line to the width of the terminal. What is no terminal gets it as it is. */
  fit(line: string): string
  /** Breaks a text between words into lines of that width, of which so many columns are taken by something else. */
  wrap(text: string, taken: number): string[]
}

/** As narrow as a line is made. Columns. */
const NARROWEST = 40

/** The screen of the standard output: without colours where it is no terminal, or `NO_COLOR` is set. */
export function screenOf({ streams: { out }, environment }: Context): Screen {
  const coloured = out.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
  const width = out.isTTY === true ? Math.max(NARROWEST, out.columns ?? 100) : Infinity
  return {
    paint: (mark, text) => (coloured ? styleText(mark, text, { validateStream: false }) : text),
    wrap: (text, taken) => wrapped(text, Math.max(NARROWEST / 2, width - taken)),
    fit: (line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line),
  }
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** A time as people say it: `40 s`, `12 min`, `3 h`, `2 d`. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 120 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** Rows of one width a column, the last one as long as it is. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  return rows.map((row) =>
    row
      .map((cell, at) =>
        right.includes(at)
          ? cell.padStart(widths[at] ?? 0)
          : at === row.length - 1
            ? cell
            : cell.padEnd(widths[at] ?? 0),
      )
      .join('  '),
  )
}

import { run } from '../../../src/cli/program.ts'

/** How the command is called. */
export interface Invocation {
  readonly environment?: Readonly<Record<string, string>>
  /** The width of the terminal that it writes to. Default: it writes to none. */
  readonly columns?: number
  readonly signal?: AbortSignal
}

/** Runs the command in this process, to its end. */
export async function invoke(
  args: readonly string[],
  { environment = {}, columns, signal = new AbortController().signal }: Invocation = {},
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  const code = await run(args, {
    environment,
    signal,
    streams: {
      out: { ...terminal, write: (text: string) => (out += text) },
      err: { write: (text: string) => (err += text) },
    },
  })
  return { code, out, err }
}

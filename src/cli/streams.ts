/** Where a command writes: results to `out`, all else to `err`. */
export interface Streams {
  readonly out: Output
  readonly err: Output
}

export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Those of this process; `flush` resolves when everything is written, or nobody reads it any more. */
export function processStreams(): Streams & { flush(): Promise<void> } {
  const both = [process.stdout, process.stderr]
  for (const stream of both) stream.on('error', () => {})
  const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
    new Promise((resolve) => {
      if (stream.destroyed) resolve()
      else stream.write('', () => resolve())
    })
  return {
    out: process.stdout,
    err: process.stderr,
    flush: async () => {
      await Promise.all(both.map(flushed))
    },
  }
}

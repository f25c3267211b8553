/** What the error that this is rejected with says, and those within it, one below the other; empty if it is not rejected. */
export async function messagesOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return ''
  } catch (error) {
    return all(error).join('\n')
  }
}

function all(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const parts = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [error.message, ...parts.flatMap(all), ...(error.cause === undefined ? [] : all(error.cause))]
}

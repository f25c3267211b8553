/** The `code` of a system error such as `EPIPE`, or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The `code` of the system error in which this ends. Throws when it ends in none. */
export function codeOf(deed: () => unknown): string {
  try {
    deed()
  } catch (error) {
    const code = systemCode(error)
    if (code !== undefined) return code
    throw error
  }
  throw new Error('it was done all the same')
}

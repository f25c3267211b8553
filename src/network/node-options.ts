/** `NODE_OPTIONS` that load this file before all else, besides what `options` say. */
export function requiring(file: string, options = ''): string {
  const own = `--require ${quoted(file)}`
  if (options.includes(own)) return options
  return options.trim() === '' ? own : `${own} ${options}`
}

/** As Node reads it: in double quotes, in which a backslash stands before what it is not to interpret. */
function quoted(word: string): string {
  return /[\s"\\]/.test(word) ? `"${word.replaceAll(/["\\]/g, '\\$&')}"` : word
}

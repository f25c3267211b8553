/** `NODE_OPTIONS` that load this file first, for what others load may reach the network; `options` if they do so already. */
export function requiring(file: string, options = ''): string {
  if (options.includes(file) || options.includes(escaped(file))) return options
  const own = `--require ${/[\s"\\]/.test(file) ? `"${escaped(file)}"` : file}`
  return options.trim() === '' ? own : `${own} ${options}`
}

/** As Node reads what stands between quotes in `NODE_OPTIONS`. */
function escaped(file: string): string {
  return file.replaceAll(/["\\]/g, '\\$&')
}

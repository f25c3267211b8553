import path from 'node:path'

/**
 * How to start what `buildAgentForTest` returned. Itself, where the system honours the first line of a script;
 * Windows does not, and there Node runs JavaScript and cmd.exe a batch file.
 */
export function executableCommand(
  file: string,
  platform: NodeJS.Platform = process.platform,
): { readonly file: string; readonly args: readonly string[] } {
  const extension = path.extname(file)
  if (platform !== 'win32') return { file, args: [] }
  if (/^\.[cm]?js$/.test(extension)) return { file: process.execPath, args: [file] }
  if (extension === '.cmd') return { file: process.env['ComSpec'] ?? 'cmd.exe', args: ['/d', '/c', file] }
  return { file, args: [] }
}

/** One word for a POSIX shell, whatever is in it. */
export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** One word for this system's shell: `sh`, or `cmd.exe` on Windows. */
export function quote(word: string): string {
  return process.platform === 'win32' ? `"${word.replaceAll('"', '""')}"` : quoteForShell(word)
}

/** The words that start `file`: Windows does not know `#!`, so there a script is started by this Node. */
export function commandLine(file: string, args: readonly string[]): [string, string[]] {
  return process.platform === 'win32' && /\.[cm]?js$/.test(file)
    ? [process.execPath, [file, ...args]]
    : [file, [...args]]
}

/** `word` as one word of a command line, for `sh` or, on Windows, for `cmd.exe`. */
export function quote(word: string): string {
  return process.platform === 'win32'
    ? `"${word.replaceAll('"', '""')}"`
    : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

import { quoteForShell } from '../command-line.ts'

/** The first lines of a JavaScript file that make the system run it with this Node. */
export function scriptHead(node: string): string {
  // Kernels cut the line at 127 (Linux before 5.1) or more bytes, and the path at its first space.
  if (!/\s/.test(node) && Buffer.byteLength(node) <= 120) return `#!${node}\n`
  // To sh, the second line runs `:` and then Node; to JavaScript, it is a string and a comment.
  return `#!/bin/sh\n':' //; exec ${quoteForShell(node)} "$0" "$@"\n;`
}

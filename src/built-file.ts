import { fileURLToPath } from 'node:url'

/**
 * The compiled module at `relative`, for starting as a program. Node 20 runs no TypeScript, so a caller that is itself
 * still TypeScript, as in this package's own tests, gets the module's place below `dist`.
 */
export function builtFile(relative: string, importerUrl: string): string {
  const url = new URL(relative.replace(/\.ts$/, '.js'), importerUrl)
  if (importerUrl.endsWith('.ts'))
    url.pathname = url.pathname.replace(/\/(src|fixtures|agent)\/(?!.*\/\1\/)/, '/dist/$1/')
  return fileURLToPath(url)
}

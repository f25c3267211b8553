import type { BuildFailure, BuildOptions, BuildResult, Message } from 'esbuild'
import path from 'node:path'

import { messageOf, SuperviseError } from '../errors.ts'
import type { SourceEntry } from './entry.ts'
import { withEsbuild } from './esbuild-service.ts'
import type { Product } from './recipe.ts'
import { scriptHead } from './script-head.ts'
import { sourceInputs } from './source-inputs.ts'

/**
 * Bundles a TypeScript or JavaScript file with all it imports into one executable script: CommonJS, which starts
 * sooner, or an ES module where the source needs one (top-level await, `import.meta`). Rejects with
 * `ERR_BUILD_FAILED`, which shows esbuild's messages.
 */
export async function compileSource(entry: SourceEntry): Promise<Product> {
  try {
    return await withEsbuild(async (esbuild) => {
      const bundle = async (format: Format): Promise<Bundle> => esbuild.build(optionsFor(entry, format))
      try {
        const first = await bundle('cjs').catch((error: unknown) => {
          if (isBuildFailure(error) && error.errors.some(needsModule)) return undefined
          throw error
        })
        if (first && !first.warnings.some(needsModule)) return productOf(first, 'cjs', entry)
        return productOf(await bundle('esm'), 'esm', entry)
      } catch (error) {
        if (!isBuildFailure(error)) throw error
        const shown = await esbuild.formatMessages(error.errors, { kind: 'error', color: false })
        throw failed(entry, shown, error)
      }
    })
  } catch (error) {
    if (error instanceof SuperviseError) throw error
    throw new SuperviseError(
      'ERR_BUILD_FAILED',
      `The agent ${entry.file} could not be compiled because esbuild did not run: ${messageOf(error)} ` +
        `Reinstall the dependencies on this machine (npm ci).`,
      { path: entry.file, cause: error },
    )
  }
}

type Format = 'cjs' | 'esm'
type Bundle = BuildResult<BuildOptions & { metafile: true; write: false }>

function optionsFor(entry: SourceEntry, format: Format): BuildOptions & { metafile: true; write: false } {
  return {
    entryPoints: [entry.file],
    absWorkingDir: entry.cwd,
    outfile: path.join(entry.cwd, 'agent.js'), // never written: names the output in the metafile
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20.19',
    format,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    // For bundled CommonJS. A user's own declarations of these names are not touched.
    ...(format === 'esm' && {
      define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    }),
  }
}

function productOf(bundle: Bundle, format: Format, entry: SourceEntry): Product {
  const text = bundle.outputFiles[0]?.text ?? ''
  const body = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text
  return {
    content: scriptHead(process.execPath) + (format === 'esm' ? REQUIRE : '') + body,
    extension: format === 'esm' ? '.mjs' : '.cjs',
    inputs: sourceInputs(bundle.metafile, entry.cwd),
  }
}

// esbuild renames a `require` of the user's own out of the way.
const REQUIRE =
  `import { createRequire as __superviseCreateRequire } from 'node:module';\n` +
  `const require = __superviseCreateRequire(import.meta.url);\n`

function needsModule(message: Message): boolean {
  return message.id === 'empty-import-meta' || message.text.startsWith('Top-level await is')
}

function failed(entry: SourceEntry, shown: readonly string[], failure: BuildFailure): SuperviseError {
  const files = failure.errors.flatMap(({ location }) =>
    location ? [path.resolve(entry.cwd, location.file)] : [],
  )
  return new SuperviseError(
    'ERR_BUILD_FAILED',
    `The agent ${entry.file} does not compile. Correct what follows (paths are relative to ${entry.cwd}):\n\n` +
      shown.join('').trimEnd(),
    { path: entry.file, files: [...new Set(files)], cause: failure },
  )
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && 'warnings' in error
}

/** How one output is made. */
export interface Recipe {
  /** All that the output depends on and that no file says; serialisable. */
  readonly identity: unknown
  /** What the output is called, before its hash. */
  readonly name: string
  /** How long another process may take over the same build before we do it ourselves, in ms. */
  readonly patience: number
  /** The paths that the output depends on, where they can be known without building. */
  list?(): Promise<readonly string[]>
  /** `directory` is on the file system of the cache, and for temporary files. */
  build(directory: string, signal: AbortSignal): Promise<Product>
}

export interface Product {
  /** The output's text, or the path of a temporary file that is the output. */
  readonly content: string | { readonly file: string }
  readonly extension: string
  /** Absolute paths of what the output depends on: files, directories whose names matter, and what must be absent. */
  readonly inputs: readonly string[]
}

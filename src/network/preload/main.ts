import type { PreloadOptions } from '../frames.ts'

/** Has this process's connections go where the gateway of its test says. */
export function start(_options: PreloadOptions): void {}

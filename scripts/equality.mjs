/* Plays random schedules in a simulation and with real processes, and compares: `npm run equality -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('equality/cli.ts')
